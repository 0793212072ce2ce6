import { expect, test } from "vitest";
import { mergeRaw } from "./merge-raw.js";

test("objects are merged, lists and bytes are replaced, undefined takes away", () => {
  const bytes = new Uint8Array([1]);
  const input = { Resource: { Type: "a", Count: 1 }, Tags: [1, 2], Body: bytes, Name: "x", Gone: 1 };
  const merged = mergeRaw(input, {
    Resource: { KeepAlive: 600, Count: 2 },
    Tags: [3],
    Body: new Uint8Array([2]),
    Gone: undefined,
    New: { A: 1 },
  });
  expect(merged).toEqual({
    Resource: { Type: "a", Count: 2, KeepAlive: 600 },
    Tags: [3],
    Body: new Uint8Array([2]),
    Name: "x",
    Gone: undefined,
    New: { A: 1 },
  });
  expect(input.Resource).toEqual({ Type: "a", Count: 1 });
});

test("an object made elsewhere, as in a notebook's cell, is merged too; a date is not taken apart", () => {
  const foreign = Object.assign(Object.create(null), { B: 2 });
  expect(mergeRaw({ A: { X: 1 } }, { A: foreign })).toEqual({ A: { X: 1, B: 2 } });
  const date = new Date(0);
  expect(mergeRaw({ At: { X: 1 } }, { At: date }).At).toBe(date);
});

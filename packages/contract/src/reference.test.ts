import { expect, it } from "vitest";
import { parseErrorBody } from "./error-body.js";
import { helpLines, referenceTable } from "./reference.js";

const table = {
  epochs: { type: "integer", min: 1, default: 30, meaning: "Passes over the data" },
  side: { type: "integer", min: 1, max: 9, unit: "pixels", required: true, meaning: "Length" },
} as const;

it("makes a reference and a program's help of a table", () => {
  expect(referenceTable(table).split("\n").slice(2)).toEqual([
    "| `epochs` | an integer of at least 1 | 30 | Passes over the data |",
    "| `side` | an integer of 1 to 9 pixels | required | Length |",
  ]);
  expect(helpLines(table).split("\n")).toEqual([
    "  epochs  Passes over the data: an integer of at least 1 (default 30)",
    "  side    Length: an integer of 1 to 9 pixels (required)",
  ]);
});

it("knows the container's error body, and takes no other for one", () => {
  expect(parseErrorBody('{"error":{"code":"Busy","message":"Full."}}')).toEqual({
    code: "Busy",
    message: "Full.",
  });
  for (const text of ["", "null", "7", '"x"', "{}", '{"error":null}', '{"error":"x"}', "<html>"]) {
    expect(parseErrorBody(text)).toBeUndefined();
  }
});

import fc from "fast-check";
import { expect, it } from "vitest";
import { LineBuffer } from "./line-buffer.js";

const read = (lines: LineBuffer): string => Buffer.from(lines.take()).toString();

it("writes text and numbers as JavaScript does", () => {
  const lines = new LineBuffer();
  const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ maxLength: 3000 }));
  const pieces = fc.array(fc.oneof(text, fc.double(), fc.maxSafeInteger(), fc.nat()), { maxLength: 60 });
  fc.assert(
    fc.property(pieces, (all) => {
      for (const piece of all) {
        if (typeof piece === "string") lines.text(piece);
        else lines.number(piece);
      }
      expect(lines.length).toBe(Buffer.byteLength(all.join("")));
      expect(read(lines)).toBe(all.join(""));
    }),
  );
});

it.each([0, 9, 10, 99, 2 ** 31, 2 ** 53 - 1, 9007199254740989, 1e15, -1, 0.5, 1e21, Number.NaN])(
  "writes %d",
  (value) => {
    const lines = new LineBuffer();
    lines.number(value);
    expect(read(lines)).toBe(String(value));
  },
);

it("keeps what was handed over until the next time", () => {
  const lines = new LineBuffer();
  lines.text("first");
  const first = lines.take();
  lines.text("second");
  expect(Buffer.from(first).toString()).toBe("first");
  expect(read(lines)).toBe("second");
  expect(lines.length).toBe(0);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { createLineReader } from "./line-reader.js";

function linesOf(pieces: readonly Uint8Array[], maxCharacters = 1000): string[] {
  const lines: string[] = [];
  const reader = createLineReader(maxCharacters, (line) => lines.push(line));
  for (const piece of pieces) reader.write(piece);
  reader.end();
  return lines;
}

test("lines end in LF, CR or both, and the last one needs no end", () => {
  expect(linesOf([Buffer.from("a\nb\r\n\nc\rd")])).toEqual(["a", "b", "", "c", "d"]);
  expect(linesOf([Buffer.from("a\r"), Buffer.from("\nb\n")])).toEqual(["a", "b"]);
  expect(linesOf([])).toEqual([]);
});

test("where the bytes are cut makes no difference", () => {
  const texts = fc.array(fc.constantFrom("x", "ü", "😀", "\n", "\r", "\r\n"), { maxLength: 30 });
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 7 }), (parts, size) => {
      const bytes = Buffer.from(parts.join(""));
      const cut = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      expect(linesOf(cut)).toEqual(linesOf([bytes]));
    }),
  );
});

test("a line without end is cut, not kept", () => {
  const piece = Buffer.alloc(1 << 20, "x");
  const lines = linesOf([...Array<Uint8Array>(20).fill(piece), Buffer.from("\nnext")], 100);
  expect(lines).toEqual(["x".repeat(100), "next"]);
});

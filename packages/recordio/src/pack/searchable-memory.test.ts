import fc from "fast-check";
import { expect, it } from "vitest";
import { alignedMagicOffsets, MAGIC_BYTES } from "../format/framing.js";
import { createSearchableMemory, SEARCH_STEP_BYTES } from "./searchable-memory.js";

it("finds the magic where the framing would split, and nowhere else", () => {
  const memory = createSearchableMemory(4096);
  const places = fc.array(fc.nat({ max: 1000 }), { maxLength: 3 });
  fc.assert(
    fc.property(fc.nat({ max: 300 }), fc.integer({ min: 1, max: 300 }), places, (skipped, words, magics) => {
      const [start, end] = [skipped * 4, (skipped + words) * 4];
      memory.bytes.fill(0x0a);
      for (const at of magics) memory.bytes.set(MAGIC_BYTES, at);
      const expected = alignedMagicOffsets(memory.bytes.subarray(start, end)).length > 0;
      expect(memory.holdsMagic(start, end)).toBe(expected);
    }),
    { numRuns: 2000 },
  );
});

it("searches up to the last byte that was asked for", () => {
  const length = 3 * 65536 - 4;
  const memory = createSearchableMemory(length + 4);
  memory.bytes.set(MAGIC_BYTES, length);
  expect(memory.holdsMagic(0, length)).toBe(false);
  memory.bytes.set(MAGIC_BYTES, length);
  expect(memory.holdsMagic(0, length + 4)).toBe(true);
});

it("leaves what lies more than a step behind as it is", () => {
  const memory = createSearchableMemory(1024);
  memory.bytes.fill(7);
  memory.holdsMagic(0, 512);
  expect(memory.bytes[512 + SEARCH_STEP_BYTES]).toBe(7);
  expect(memory.bytes[511]).toBe(7);
});

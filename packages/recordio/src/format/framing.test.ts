import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RecordIOError } from "../errors.js";
import { alignedMagicOffsets, frameRecord, MAGIC_BYTES, MAX_PAYLOAD_BYTES, paddedLength } from "./framing.js";
import { RecordParser } from "./record-parser.js";

/** Payloads in which the magic, or a part of it, is as likely as any other bytes. */
export const magicPayloads = fc
  .array(
    fc.oneof(
      fc.constant(MAGIC_BYTES),
      fc.constant(MAGIC_BYTES.subarray(0, 3)),
      fc.uint8Array({ maxLength: 9 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Buffer.concat(parts));

describe("frameRecord", () => {
  it("gives back every payload, whatever magics it holds", () => {
    fc.assert(
      fc.property(magicPayloads, (payload) => {
        const parser = new RecordParser();
        parser.push(frameRecord(payload));
        expect(Buffer.from(parser.next()!.payload)).toEqual(payload);
        expect(parser.next()).toBeUndefined();
        parser.end();
      }),
    );
  });

  it("leaves no aligned magic but those of its own headers", () => {
    fc.assert(
      fc.property(magicPayloads, (payload) => {
        const framed = Buffer.from(frameRecord(payload));
        expect(framed.length % 4).toBe(0);
        expect(alignedMagicOffsets(framed)).toHaveLength(1 + alignedMagicOffsets(payload).length);
      }),
    );
  });

  it("pads with zeros that are not counted", () => {
    expect(Buffer.from(frameRecord(Buffer.from("hello"))).toString("hex")).toBe(
      "0a23d7ce05000000" + "68656c6c6f000000",
    );
  });

  it("refuses a payload past the length field's 29 bits", () => {
    const huge = { length: MAX_PAYLOAD_BYTES + 1 } as Uint8Array;
    expect(() => frameRecord(huge)).toThrow(RecordIOError);
  });
});

describe("paddedLength", () => {
  it.each([
    [0, 0],
    [1, 4],
    [4, 4],
    [5, 8],
    [2 ** 29 - 1, 2 ** 29],
  ])("of %i is %i", (length, padded) => {
    expect(paddedLength(length)).toBe(padded);
  });
});

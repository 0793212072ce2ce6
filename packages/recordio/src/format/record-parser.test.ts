import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CorruptRecordError } from "../errors.js";
import { frameRecord, MAGIC_BYTES } from "./framing.js";
import { RecordParser } from "./record-parser.js";

const header = (flag: number, length: number): Buffer => {
  const bytes = Buffer.alloc(8);
  MAGIC_BYTES.forEach((byte, at) => {
    bytes[at] = byte;
  });
  bytes.writeUInt32LE(flag * 2 ** 29 + length, 4);
  return bytes;
};

function parseAll(bytes: Uint8Array, options = {}): string[] {
  const parser = new RecordParser(options);
  parser.push(bytes);
  const out: string[] = [];
  for (let record = parser.next(); record !== undefined; record = parser.next()) {
    out.push(Buffer.from(record.payload).toString("hex"));
  }
  parser.end();
  return out;
}

describe("RecordParser", () => {
  it("does not care how the bytes are cut into chunks", () => {
    const payloads = fc.array(
      fc.array(fc.oneof(fc.constant(Buffer.from(MAGIC_BYTES)), fc.uint8Array({ maxLength: 5 })), {
        maxLength: 6,
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(payloads, fc.array(fc.integer({ min: 1, max: 17 }), { minLength: 1 }), (lists, cuts) => {
        const wanted = lists.map((parts) => Buffer.concat(parts));
        const file = Buffer.concat(wanted.map((payload) => frameRecord(payload)));
        const parser = new RecordParser();
        const found: Buffer[] = [];
        const offsets: number[] = [];
        const lengths: number[] = [];
        for (let at = 0, cut = 0; at < file.length; cut++) {
          const length = cuts[cut % cuts.length]!;
          // A copy, so that a record kept across pushes cannot lean on the chunk.
          parser.push(Buffer.from(file.subarray(at, at + length)));
          at += length;
          for (let record = parser.next(); record !== undefined; record = parser.next()) {
            found.push(Buffer.from(record.payload));
            offsets.push(record.byteOffset);
            lengths.push(record.framedLength);
          }
        }
        parser.end();
        expect(found).toEqual(wanted);
        expect(lengths).toEqual(wanted.map((payload) => frameRecord(payload).length));
        let start = 0;
        for (const [at, length] of lengths.entries()) {
          expect(offsets[at]).toBe(start);
          start += length;
        }
      }),
    );
  });

  it.each([
    ["a wrong magic", Buffer.alloc(8), 0],
    ["a flag that does not exist", header(5, 0), 0],
    ["a middle part without a first", header(2, 0), 0],
    ["a last part without a first", Buffer.concat([frameRecord(Buffer.from("abcd")), header(3, 0)]), 12],
    ["a whole record inside another", Buffer.concat([header(1, 0), header(0, 0)]), 8],
    ["a first part of a length that is no multiple of four", header(1, 3), 0],
    ["an end inside a header", header(0, 0).subarray(0, 5), 0],
    ["an end inside a payload", header(0, 100), 0],
    ["an end between parts", header(1, 0), 0],
  ])("names the byte offset of %s", (_, bytes, byteOffset) => {
    expect(() => parseAll(bytes)).toThrow(CorruptRecordError);
    try {
      parseAll(bytes);
    } catch (error) {
      expect((error as CorruptRecordError).byteOffset).toBe(byteOffset);
    }
  });

  it("names a flag that does not exist", () => {
    expect(() => parseAll(header(5, 0))).toThrow("A part's flag is 5; it can be 0 to 3");
  });

  it("counts offsets from where it is told that the source begins", () => {
    const parser = new RecordParser({ byteOffset: 400 });
    parser.push(frameRecord(Buffer.from("abcd")));
    expect(parser.next()).toMatchObject({ byteOffset: 400, framedLength: 12 });
    expect(parser.byteOffset).toBe(412);
  });

  it.each([
    ["a middle part", header(2, 0)],
    ["a last part", header(3, 0)],
    [
      "a magic that is not at a multiple of four",
      Buffer.concat([Buffer.from("x"), header(0, 0), Buffer.from("xyz")]),
    ],
  ])("passes over %s when it looks for the next record behind damage", (_, bytes) => {
    const parser = new RecordParser();
    const good = frameRecord(Buffer.from("good"));
    parser.push(Buffer.concat([Buffer.from("damage!!"), bytes, good]));
    expect(() => parser.next()).toThrow(CorruptRecordError);
    expect(parser.resync()).toBe(true);
    expect(parser.next()).toMatchObject({ byteOffset: 8 + bytes.length });
  });

  it("refuses a length past its bound before it waits for the bytes", () => {
    const parser = new RecordParser({ maxRecordBytes: 1000 });
    parser.push(header(0, 2 ** 29 - 1));
    expect(() => parser.next()).toThrow(/536870911 bytes is longer than the 1000 allowed/);
  });

  it("counts all parts of a record against the bound", () => {
    const parts = Buffer.concat([header(1, 8), Buffer.alloc(8), header(2, 8), Buffer.alloc(8), header(3, 0)]);
    expect(() => parseAll(parts, { maxRecordBytes: 23 })).toThrow(/longer than the 23 allowed/);
    expect(parseAll(parts, { maxRecordBytes: 24 })).toHaveLength(1);
  });

  it("finds the next record behind damage, one byte at a time or all at once", () => {
    const good = frameRecord(Buffer.from("good"));
    const file = Buffer.concat([good, Buffer.from("garbage!garb"), good]);
    for (const size of [1, 3, file.length]) {
      const parser = new RecordParser();
      const found: string[] = [];
      let lost = false;
      for (let at = 0; at < file.length; at += size) {
        parser.push(Buffer.from(file.subarray(at, at + size)));
        while (true) {
          if (lost && !parser.resync()) break;
          lost = false;
          try {
            const record = parser.next();
            if (record === undefined) break;
            found.push(`${Buffer.from(record.payload)}@${record.byteOffset}`);
          } catch (error) {
            expect((error as CorruptRecordError).byteOffset).toBe(12);
            lost = true;
          }
        }
      }
      expect(found).toEqual(["good@0", "good@24"]);
    }
  });
});

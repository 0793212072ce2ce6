import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CorruptRecordError } from "../errors.js";
import { decodeImagePayload, encodeImagePayload } from "./ir-header.js";

const float32 = fc.float({ noNaN: true });

describe("encodeImagePayload", () => {
  it("gives back ids, labels and image", () => {
    const id = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(
        id,
        fc.array(float32, { maxLength: 5 }),
        fc.uint8Array(),
        fc.boolean(),
        (id, labels, image, pack) => {
          const packLabels = pack || labels.length !== 1;
          const record = decodeImagePayload(encodeImagePayload({ id, labels, packLabels }, image), 12);
          expect(record.header.id).toBe(id);
          expect(record.header.flag).toBe(packLabels ? labels.length : 0);
          expect(record.byteOffset).toBe(12);
          expect(Buffer.from(record.image)).toEqual(Buffer.from(image));
          // No labels at all are stored as flag 0 with label 0: the format knows no empty list.
          expect(record.labels).toEqual(labels.length === 0 ? [0] : labels);
        },
      ),
    );
  });

  it.each([
    [
      "several labels behind a header whose own is 0, as mxnet.recordio.pack does",
      [1, 2],
      [2, 0, 7, 9, 1, 2],
    ],
    ["one label in the header", [3], [0, 3, 7, 9]],
  ])("writes %s", (_, labels, words) => {
    const bytes = Buffer.from(encodeImagePayload({ id: 7, id2: 9, labels }, Buffer.alloc(0)));
    const [flag, label, id, id2, ...packed] = words;
    expect(bytes.readUInt32LE(0)).toBe(flag);
    expect(bytes.readFloatLE(4)).toBe(label);
    expect([bytes.readBigUInt64LE(8), bytes.readBigUInt64LE(16)]).toEqual([BigInt(id!), BigInt(id2!)]);
    expect(packed.map((_, n) => bytes.readFloatLE(24 + 4 * n))).toEqual(packed);
    expect(bytes).toHaveLength(24 + 4 * packed.length);
  });

  it.each([-1, 1.5, 2 ** 53])("refuses the id %d", (id) => {
    expect(() => encodeImagePayload({ id, labels: [0] }, Buffer.alloc(0))).toThrow(RangeError);
  });
});

describe("decodeImagePayload", () => {
  it("refuses a payload shorter than a header", () => {
    expect(() => decodeImagePayload(Buffer.alloc(23), 40)).toThrow(/23 bytes, fewer than the 24.*at byte 40/);
  });

  it("refuses more packed labels than the payload holds", () => {
    const payload = Buffer.alloc(28);
    payload.writeUInt32LE(2, 0);
    expect(() => decodeImagePayload(payload)).toThrow(/2 packed labels, but the record holds 28 bytes/);
  });

  it("refuses an id that a number cannot hold, rather than rounding it", () => {
    const payload = Buffer.alloc(24);
    payload.writeBigUInt64LE(2n ** 53n + 1n, 8);
    expect(() => decodeImagePayload(payload)).toThrow(CorruptRecordError);
  });
});

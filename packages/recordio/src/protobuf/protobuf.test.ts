import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CorruptRecordError, RecordIOError } from "../errors.js";
import { frameRecord } from "../format/framing.js";
import { decodeProtobufRecord, encodeProtobufRecord, type RecordValue } from "./protobuf-record.js";
import { readProtobufRecords } from "./read-protobuf-records.js";

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const sparse = fc.record({
  keys: fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
  shape: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
});
const numeric = (
  kind: "float32" | "float64" | "int32",
  values: fc.Arbitrary<number>,
): fc.Arbitrary<RecordValue> =>
  fc.record(
    { kind: fc.constant(kind), values: fc.array(values, { maxLength: 5 }), sparse },
    { requiredKeys: ["kind", "values"] },
  );
const value: fc.Arbitrary<RecordValue> = fc.oneof(
  numeric("float32", fc.float({ noNaN: true })),
  numeric("float64", fc.double({ noNaN: true })),
  numeric("int32", int32),
  fc.record({
    kind: fc.constant("bytes" as const),
    values: fc.array(
      fc.uint8Array().map((b) => Buffer.from(b)),
      { maxLength: 3 },
    ),
  }),
);

describe("encodeProtobufRecord", () => {
  it("gives back dense, sparse and bytes values", () => {
    const values = fc.dictionary(fc.string(), value, { maxKeys: 3 });
    fc.assert(
      fc.property(
        values,
        values,
        fc.option(fc.string({ unit: "grapheme" }), { nil: undefined }),
        (features, label, uid) => {
          const record = { features, label, ...(uid !== undefined && { uid }) };
          expect(decodeProtobufRecord(encodeProtobufRecord(record))).toEqual({
            ...record,
            features: Object.assign(Object.create(null), features),
            label: Object.assign(Object.create(null), label),
          });
        },
      ),
    );
  });

  it("writes what the SageMaker SDK's write_numpy_to_dense_tensor writes for [1, 2] with label 3", () => {
    const bytes = encodeProtobufRecord({
      features: { values: { kind: "float32", values: [1, 2] } },
      label: { values: { kind: "float32", values: [3] } },
    });
    // protoc's text form: features { key: "values" value { float32_tensor { values: [1, 2] } } } label { ... [3] }
    expect(Buffer.from(bytes).toString("hex")).toBe(
      "0a160a0676616c756573120c120a0a080000803f00000040" + "12120a0676616c756573120812060a0400004040",
    );
  });

  it("takes numbers that are not packed, as old writers leave them", () => {
    // float32_tensor { values: 1 } as wire type 5
    const payload = Buffer.from("0a110a0676616c75657312071205" + "0d0000803f", "hex");
    expect(decodeProtobufRecord(payload).features.values).toEqual({ kind: "float32", values: [1] });
  });
});

describe("encodeProtobufRecord, given what the format cannot hold", () => {
  it.each([
    ["an int32 of 33 bits", { kind: "int32", values: [2 ** 31] }],
    ["a fraction as int32", { kind: "int32", values: [1.5] }],
    ["a negative key", { kind: "float32", values: [1], sparse: { keys: [-1], shape: [4] } }],
  ] as const)("refuses %s", (_, values) => {
    expect(() => encodeProtobufRecord({ features: { values }, label: {} })).toThrow(RangeError);
  });
});

describe("decodeProtobufRecord", () => {
  it("throws only its own errors, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          decodeProtobufRecord(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(RecordIOError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("readProtobufRecords", () => {
  it("names the offset of a record that is not protobuf, or goes on behind it", async () => {
    const good = frameRecord(encodeProtobufRecord({ features: {}, label: {}, uid: "a" }));
    const file = Buffer.concat([good, frameRecord(Buffer.from([0xff, 0xff])), good]);
    const all = async (options = {}) => {
      const uids: (string | undefined)[] = [];
      for await (const { uid } of readProtobufRecords(file, options)) uids.push(uid);
      return uids;
    };
    await expect(all()).rejects.toThrow(CorruptRecordError);
    await expect(all()).rejects.toThrow(`at byte ${good.length}`);
    expect(await all({ onCorruptRecord: "resync" })).toEqual(["a", "a"]);
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeCbor, encodeCbor } from "./cbor.js";

describe("CBOR", () => {
  test("gives back any JSON value and any instant", () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("9999-12-31") }),
        (value, at) => {
          expect(decodeCbor(encodeCbor({ value, at }))).toEqual({ value, at });
        },
      ),
    );
  });

  // Appendix A of RFC 8949.
  test.each([
    ["1903e8", 1000],
    ["1b000000e8d4a51000", 1_000_000_000_000],
    ["3903e7", -1000],
    ["fb3ff199999999999a", 1.1],
    ["f93e00", 1.5],
    ["fa47c35000", 100_000],
    ["f97c00", Number.POSITIVE_INFINITY],
    ["c11a514b67b0", new Date(1_363_896_240_000)],
    ["c1fb41d452d9ec200000", new Date(1_363_896_240_500)],
    ["62c3bc", "ü"],
    ["7f657374726561646d696e67ff", "streaming"],
    ["9f018202039f0405ffff", [1, [2, 3], [4, 5]]],
    ["bf61610161629f0203ffff", { a: 1, b: [2, 3] }],
    ["f5", true],
    ["f6", null],
  ])("reads the RFC's example %s", (hex, expected) => {
    expect(decodeCbor(Buffer.from(hex, "hex"))).toEqual(expected);
  });

  test.each([
    ["a number as a part of bytes", "5f00ff"],
    ["text as a part of bytes", "5f6161ff"],
    ["bytes as a part of text", "7f4161ff"],
    ["a part without a length", "5f5f4161ffff"],
    ["a break in an array with a length", "8201ff"],
    ["a break in a map with a length", "a2616101ff"],
    ["a break as the value of a key", "bf6161ff"],
    ["a break behind a tag", "9fc1ff"],
  ])("refuses %s", (_, hex) => {
    expect(() => decodeCbor(Buffer.from(hex, "hex"))).toThrow("not CBOR");
  });

  test("refuses garbage of any kind without hanging or filling the memory", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          decodeCbor(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: "SerializationException" });
        }
      }),
      { numRuns: 2000 },
    );
    expect(() => decodeCbor(Buffer.alloc(10_000, 0x81))).toThrow("not CBOR");
    expect(() => decodeCbor(Buffer.from("9bffffffffffffffff", "hex"))).toThrow("not CBOR");
  });
});

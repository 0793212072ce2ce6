import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float16ToNumber, InvalidGraphError, numberToFloat16, tensor, tensorNumbers } from "./index.js";

describe("tensor", () => {
  it.each([
    ["float32", new Float32Array([1.5, -2])],
    ["float64", new Float64Array([1.5, -2])],
    ["int8", new Int8Array([1, -2])],
    ["int16", new Int16Array([1, -2])],
    ["int32", new Int32Array([1, -2])],
    ["int64", new BigInt64Array([1n, -2n])],
    ["uint8", new Uint8Array([1, 255])],
    ["uint16", new Uint16Array([1, 65_535])],
    ["uint32", new Uint32Array([1, 2 ** 32 - 1])],
    ["uint64", new BigUint64Array([1n, 2n ** 53n])],
  ] as const)("takes the element type from the array: %s", (elemType, data) => {
    const made = tensor("t", [2], data);
    expect(made.elemType).toBe(elemType);
    expect([...tensorNumbers(made)]).toEqual([...data].map(Number));
  });

  it("writes plain numbers in the type that is asked for", () => {
    for (const elemType of ["float16", "bfloat16", "bool", "int64", "float64"] as const) {
      expect([...tensorNumbers(tensor("t", [3], [0, 1, 1], elemType))]).toEqual([0, 1, 1]);
    }
  });

  it.each([
    ["uint8", 256],
    ["uint8", -1],
    ["int8", Number.NaN],
    ["int32", 1.5],
    ["int32", 2 ** 31],
    ["int64", 0.5],
    ["int64", 2 ** 63],
    ["uint64", -1n],
  ] as const)("refuses for %s the number %s, which it cannot hold", (type, value) => {
    expect(() => tensor("t", [1], [value as number], type)).toThrow(InvalidGraphError);
    expect(() => tensor("t", [1], [value as number], type)).toThrow(`cannot hold ${value};`);
  });

  it("takes the ends of an integer type", () => {
    expect([...tensorNumbers(tensor("t", [2], [-128, 127], "int8"))]).toEqual([-128, 127]);
    expect([...tensorNumbers(tensor("t", [2], [0, 2 ** 32 - 1], "uint32"))]).toEqual([0, 2 ** 32 - 1]);
  });

  it("takes a Buffer as bytes", () => {
    expect(tensor("t", [3], Buffer.from([1, 2, 3])).elemType).toBe("uint8");
  });

  it("does not change when the array that was given changes", () => {
    const data = new Float32Array([1]);
    const made = tensor("t", [1], data);
    data[0] = 2;
    expect([...tensorNumbers(made)]).toEqual([1]);
  });

  it.each([
    ["too few elements", [3], new Float32Array(2)],
    ["too many plain numbers", [], [1, 2]],
    ["a negative dimension", [-1], new Float32Array(1)],
  ])("refuses %s", (_, dims, data) => {
    expect(() => tensor("t", dims, data)).toThrow(InvalidGraphError);
  });
});

describe("float16", () => {
  it.each([
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65_504],
    [0x0001, 2 ** -24],
    [0x0400, 2 ** -14],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0x8000, -0],
  ])("bits %i stand for %d", (bits, value) => {
    expect(float16ToNumber(bits)).toBe(value);
    expect(numberToFloat16(value)).toBe(bits);
  });

  it("gives every bit pattern back, but one for all not-a-numbers", () => {
    for (let bits = 0; bits < 65_536; bits++) {
      const value = float16ToNumber(bits);
      if (Number.isNaN(value)) expect(float16ToNumber(numberToFloat16(value))).toBeNaN();
      else expect(numberToFloat16(value)).toBe(bits);
    }
  });

  it("rounds to the nearest of the two neighbours", () => {
    fc.assert(
      fc.property(fc.float({ min: -60_000, max: 60_000, noNaN: true }), (value) => {
        const bits = numberToFloat16(value);
        const error = Math.abs(float16ToNumber(bits) - value);
        for (const other of [bits - 1, bits + 1]) {
          if (other < 0 || (other & 0x7c00) === 0x7c00) continue;
          expect(error).toBeLessThanOrEqual(Math.abs(float16ToNumber(other) - value));
        }
      }),
    );
  });

  it("overflows to infinity above 65,519", () => {
    expect(numberToFloat16(65_519)).toBe(0x7bff);
    expect(numberToFloat16(65_520)).toBe(0x7c00);
  });
});

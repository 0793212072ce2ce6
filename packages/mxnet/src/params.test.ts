import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MalformedMxnetError } from "./errors.js";
import { readParams } from "./params.js";

const written = readFileSync(new URL("../test/fixtures/classifier-0000.params", import.meta.url));

/** A list of one array of 2 x 3 in a version of the format. */
function list(version: "before V1" | "V1" | "V2" | "V3", name = "arg:w"): Uint8Array {
  const parts: Buffer[] = [];
  const u32 = (value: number) => parts.push(Buffer.from(new Uint32Array([value]).buffer));
  const u64 = (value: number) => parts.push(Buffer.from(new BigUint64Array([BigInt(value)]).buffer));
  for (const value of [0x112, 0, 1]) u64(value);
  if (version !== "before V1") u32(0xf993fac7 + Number(version.slice(1)));
  if (version === "V2" || version === "V3") u32(0);
  u32(2);
  for (const size of [2, 3]) version === "before V1" ? u32(size) : u64(size);
  for (const value of [1, 0, 0]) u32(value);
  parts.push(Buffer.from(new Float32Array([0, 1, 2, 3, 4, 5]).buffer));
  u64(1);
  u64(name.length);
  parts.push(Buffer.from(name));
  return Buffer.concat(parts);
}

describe("readParams", () => {
  it("reads what MXNet 1.9.1 wrote", () => {
    const { args, aux } = readParams(written);
    expect(args.get("conv0_weight")).toMatchObject({ type: "float32", shape: [8, 3, 3, 3] });
    expect(aux.get("bn_data_moving_var")?.shape).toEqual([3]);
    expect(args.size).toBe(9);
  });

  it.each(["before V1", "V1", "V2", "V3"] as const)("reads arrays of format %s", (version) => {
    const array = readParams(list(version)).args.get("w")!;
    expect(array.shape).toEqual([2, 3]);
    expect([...new Float32Array(new Uint8Array(array.data).buffer)]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("takes names without a prefix for weights, as Gluon saves them", () => {
    expect([...readParams(list("V2", "dense0_weight")).args.keys()]).toEqual(["dense0_weight"]);
  });

  it("refuses sparse arrays by name", () => {
    const sparse = list("V2");
    sparse[28] = 1;
    expect(() => readParams(sparse)).toThrow("Array 0 of the .params file is sparse (storage type 1)");
  });

  it("refuses every cut with a typed error", () => {
    const whole = list("V2");
    for (let length = 0; length < whole.length; length++) {
      expect(() => readParams(whole.subarray(0, length))).toThrow(MalformedMxnetError);
    }
  });

  it("gives arrays or a typed error for whatever bytes", () => {
    const bytes = fc.array(fc.tuple(fc.nat(written.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(bytes, (changes) => {
        const mutated = new Uint8Array(written);
        for (const [at, value] of changes) mutated[at] = value;
        try {
          readParams(mutated);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMxnetError);
        }
      }),
    );
  });
});

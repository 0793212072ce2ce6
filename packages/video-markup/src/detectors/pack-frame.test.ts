import { describe, expect, it } from "vitest";
import { inputSpec } from "../../test/support/input-spec.js";
import type { InputSpec } from "./input-spec.js";
import { allocateInput, packFrame } from "./pack-frame.js";

const spec = inputSpec({ width: 2, height: 1 });
const pixels = new Uint8Array([10, 20, 30, 40, 50, 60]);

function pack(changes: Partial<InputSpec>, batch = 1, batchIndex = 0): number[] {
  const changed = { ...spec, ...changes };
  const target = allocateInput(changed, batch);
  packFrame(pixels, changed, target, batchIndex);
  return [...target];
}

describe("packFrame", () => {
  it.each([
    [{}, [10, 40, 20, 50, 30, 60], "planes in RGB order"],
    [{ channels: "BGR" }, [30, 60, 20, 50, 10, 40], "planes in BGR order"],
    [{ layout: "NHWC" }, [10, 20, 30, 40, 50, 60], "interleaved"],
    [{ layout: "NHWC", channels: "BGR" }, [30, 20, 10, 60, 50, 40], "interleaved, BGR"],
    [{ layout: "CHW" }, [10, 40, 20, 50, 30, 60], "no batch axis, same order"],
    [
      { scale: 0.5, mean: [1, 2, 3], std: [1, 2, 4] },
      [4, 19, 4, 11.5, 3, 6.75],
      "(pixel x scale - mean) / std",
    ],
    [{ channels: "BGR", mean: [30, 20, 10] }, [0, 30, 0, 30, 0, 30], "mean in the order of the channels"],
    [{ dtype: "float16" }, [0x4900, 0x5100, 0x4d00, 0x5240, 0x4f80, 0x5380], "half-precision patterns"],
    [{ dtype: "uint8" }, [10, 40, 20, 50, 30, 60], "bytes as they are"],
    [{ dtype: "int8", mean: [128, 128, 128] }, [-118, -88, -108, -78, -98, -68], "zero point -128"],
  ] as [Partial<InputSpec>, number[], string][])("%j gives %j: %s", (changes, expected) => {
    expect(pack(changes)).toEqual(expected);
  });

  it("writes the asked frame of a batch and leaves the others alone", () => {
    expect(pack({}, 2, 1)).toEqual([0, 0, 0, 0, 0, 0, 10, 40, 20, 50, 30, 60]);
  });

  it("clamps what an integer input cannot hold", () => {
    expect(pack({ dtype: "uint8", scale: 10 })).toEqual([100, 255, 200, 255, 255, 255]);
    expect(pack({ dtype: "int8", scale: 10 })).toEqual([100, 127, 127, 127, 127, 127]);
  });

  it("refuses a frame or a target of the wrong size", () => {
    expect(() => packFrame(pixels.subarray(1), spec, allocateInput(spec))).toThrow(/6 bytes, but 5/);
    expect(() => packFrame(pixels, spec, allocateInput(spec), 1)).toThrow(/Frame 1 does not fit/);
  });
});

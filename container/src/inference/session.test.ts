import { graphBuilder, writeModel } from "@sightline/onnx";
import { describe, expect, it } from "vitest";
import { openImageModel } from "./session.js";

/** Adds up the values of each channel of 2 x 1 pixels. */
function sumModel(elemType: "float32" | "uint8", layout: "NCHW" | "NHWC"): Uint8Array {
  const g = graphBuilder({ opset: 13 });
  const shape = layout === "NCHW" ? ["N", 3, 1, 2] : ["N", 1, 2, 3];
  let pixels = g.input("pixels", elemType, shape);
  if (elemType === "uint8") pixels = g.node("Cast", [pixels], { to: 1 });
  const axes = g.initializer("axes", [2], BigInt64Array.from(layout === "NCHW" ? [2n, 3n] : [1n, 2n]));
  g.output(g.node("ReduceSum", [pixels, axes], { keepdims: 0 }, { output: "sums" }), "float32", ["N", 3]);
  return writeModel(g.build());
}

async function answer(
  elemType: "float32" | "uint8",
  layout: "NCHW" | "NHWC",
  values: readonly number[],
): Promise<number[]> {
  const model = await openImageModel(sumModel(elemType, layout), { width: 2, height: 1, layout });
  const [row] = await model.run(Float32Array.from(values), 1);
  await model.close();
  return [...row!];
}

describe("openImageModel", () => {
  it.each([
    ["float32", "NCHW", [1, 2, 30, 40, 5.5, 6], [3, 70, 11.5]],
    ["float32", "NHWC", [1, 30, 5.5, 2, 40, 6], [3, 70, 11.5]],
    ["uint8", "NCHW", [1, 2, 30, 40, 5, 6], [3, 70, 11]],
    ["uint8", "NHWC", [1, 30, 5, 2, 40, 6], [3, 70, 11]],
    // Rounded, and held between 0 and 255.
    ["uint8", "NCHW", [1.4, 1.6, -7, 0, 300, 0], [3, 0, 255]],
  ] as const)("feeds %s in %s", async (elemType, layout, values, sums) => {
    expect(await answer(elemType, layout, values)).toEqual(sums);
  });

  it("says what the model has where the layout is another", async () => {
    const open = openImageModel(sumModel("uint8", "NHWC"), { width: 2, height: 1 });
    await expect(open).rejects.toThrow(
      /needs one input of float32 \[N,3,1,2\], but has pixels uint8\[N,1,2,3\]/,
    );
  });
});

import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { float } from "./attribute-input.js";
import { graphBuilder } from "./graph-builder.js";
import type { OnnxModel } from "./model.js";
import { raiseOpset } from "./raise-opset.js";
import { writeModel } from "./write-model.js";

async function run(model: OnnxModel): Promise<number[]> {
  const session = await InferenceSession.create(writeModel(model), { logSeverityLevel: 3 });
  const data = Float32Array.from({ length: 2 * 3 * 4 * 4 }, (_, i) => Math.sin(i) * 3);
  const result = await session.run({ x: new Tensor("float32", data, [2, 3, 4, 4]) });
  await session.release();
  return Array.from(result.y!.data as Float32Array);
}

/** One graph of operators whose form has changed since version 7. */
function old(): OnnxModel {
  const g = graphBuilder({ opset: 7, irVersion: 4 });
  const x = g.input("x", "float32", ["N", 3, 4, 4]);
  const weights = ["scale", "shift", "mean", "variance"].map((name, i) =>
    g.initializer(name, [3], Float32Array.of(1, 2, i + 0.5)),
  );
  let value = g.node("BatchNormalization", [x, ...weights], { epsilon: float(1e-3), spatial: 1 });
  value = g.node("Clip", [value], { min: float(-1), max: float(6) });
  value = g.node("Dropout", [value], { ratio: float(0.5) });
  value = g.node("Pad", [value], { pads: [0, 0, 1, 1, 0, 0, 1, 1], value: float(2), mode: "constant" });
  value = g.node("Slice", [value], { axes: [2, 3], starts: [0, 1], ends: [4, 6] });
  value = g.node("ReduceSum", [value], { axes: [2], keepdims: 1 });
  value = g.node("Unsqueeze", [g.node("Squeeze", [value], { axes: [2] })], { axes: [1] });
  value = g.node("ReduceMean", [value], { axes: [1], keepdims: 0 });
  g.output(g.node("Relu", [value], {}, { output: "y" }), "float32", ["N", 3, 5]);
  return g.build();
}

describe("raiseOpset", () => {
  it("keeps what a model of version 7 computes", async () => {
    const raised = raiseOpset(old());
    expect(raised.opsets[""]).toBe(13);
    const [before, after] = [await run(old()), await run(raised)];
    expect(after).toHaveLength(30);
    for (const [i, value] of after.entries()) expect(value).toBeCloseTo(before[i]!, 5);
  });

  it("leaves a newer model as it is", () => {
    const model = { ...old(), opsets: { "": 17 } };
    expect(raiseOpset(model)).toBe(model);
  });

  it("leaves out the ratio and the mode that Dropout has as inputs in version 12", async () => {
    const g = graphBuilder({ opset: 12 });
    const x = g.input("x", "float32", ["N", 3, 4, 4]);
    const settings = [
      g.initializer("ratio", [], Float32Array.of(0.5)),
      g.initializer("mode", [], [0], "bool"),
    ];
    g.output(g.node("Dropout", [x, ...settings], {}, { output: "y" }), "float32", ["N", 3, 4, 4]);
    expect(await run(raiseOpset(g.build()))).toEqual(await run(g.build()));
  });

  it.each([
    ["Clip", { max: float(6) }],
    ["Pad", { pads: [0, 0, 1, 1, 0, 0, 1, 1] }],
  ])("refuses a %s whose bounds would be of another type than the graph's input", (opType, attributes) => {
    const g = graphBuilder({ opset: 9 });
    const x = g.input("x", "float16", ["N", 3, 4, 4]);
    g.output(g.node(opType, [x], attributes, { output: "y" }), "float16", ["N", 3, "H", "W"]);
    expect(() => raiseOpset(g.build())).toThrow(
      `Operator ${opType} of node "${opType}:y" in a graph with an input of float16 cannot be raised from version 9`,
    );
  });

  it("refuses what it does not know by name, and versions before 7", () => {
    const g = graphBuilder({ opset: 9 });
    const x = g.input("x", "float32", ["N", 3]);
    g.output(g.node("Softmax", [x], { axis: 1 }, { output: "y" }), "float32", ["N", 3]);
    expect(() => raiseOpset(g.build())).toThrow(/Operator Softmax of node "Softmax:y" is not known to mean/);
    expect(() => raiseOpset({ ...old(), opsets: { "": 6 } })).toThrow("from 7 on they can be raised to 13");
  });
});

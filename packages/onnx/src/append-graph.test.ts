import { describe, expect, it } from "vitest";
import { appendGraph, graphBuilder, InvalidGraphError, type OnnxModel, writeModel } from "./index.js";

// Loaded after this is set: ONNX Runtime reports usage over the network otherwise.
process.env.ORT_DISABLE_TELEMETRY = "1";
const { InferenceSession, Tensor } = await import("onnxruntime-node");

/** x -> doubled (output), and a second output that nothing else needs. */
function backbone(): OnnxModel {
  const g = graphBuilder({ metadata: { origin: "backbone" } });
  const x = g.input("x", "float32", ["N", 2]);
  const two = g.initializer("factor", [1], new Float32Array([2]));
  const heavy = g.initializer("heavy", [2, 1000], new Float32Array(2000));
  g.output(g.node("Mul", [x, two], {}, { output: "features" }), "float32", ["N", 2]);
  g.output(g.node("MatMul", [x, heavy], {}, { output: "classes" }), "float32", ["N", 1000]);
  return g.build();
}

/** rows * factor + rows: its inner names are those of the backbone, on purpose. */
function head(opset?: number): OnnxModel {
  const g = graphBuilder({ ...(opset === undefined ? {} : { opset }), metadata: { task: "test" } });
  const rows = g.input("rows", "float32", ["N", 2]);
  const factor = g.initializer("factor", [1], new Float32Array([10]));
  const product = g.node("Mul", [rows, factor], {}, { output: "heavy" });
  g.output(g.node("Add", [product, rows], {}, { output: "result" }), "float32", ["N", 2]);
  return g.build();
}

describe("appendGraph", () => {
  it("runs the second graph behind the first, though their inner names are the same", async () => {
    const joined = appendGraph(backbone(), head(), { connect: { rows: "features" } });
    const session = await InferenceSession.create(writeModel(joined));
    expect(session.inputNames).toEqual(["x"]);
    expect(session.outputNames).toEqual(["result"]);
    const { result } = await session.run({ x: new Tensor("float32", [1, 2], [1, 2]) });
    expect([...(result!.data as Float32Array)]).toEqual([22, 44]);
    await session.release();
  });

  it("leaves out what no output needs any more", () => {
    const joined = appendGraph(backbone(), head(), { connect: { rows: "features" } });
    expect(joined.graph.initializers.map(({ name }) => name)).toEqual(["factor", "head/factor"]);
    expect(joined.metadata).toEqual({ origin: "backbone", task: "test" });
  });

  it("keeps the outputs that are asked for", () => {
    const joined = appendGraph(backbone(), head(), {
      connect: { rows: "features" },
      keepOutputs: ["classes"],
    });
    expect(joined.graph.outputs.map(({ name }) => name)).toEqual(["classes", "result"]);
    expect(joined.graph.initializers.map(({ name }) => name)).toContain("heavy");
  });

  it("does not change the models it is given", () => {
    const model = backbone();
    appendGraph(model, head(), { connect: { rows: "features" } });
    expect(model).toEqual(backbone());
  });

  it.each([
    [
      "an input that the added graph lacks",
      () => appendGraph(backbone(), head(), { connect: { nope: "features" } }),
    ],
    ["a value that the model lacks", () => appendGraph(backbone(), head(), { connect: { rows: "nope" } })],
    [
      "another operator set version",
      () => appendGraph(backbone(), head(11), { connect: { rows: "features" } }),
    ],
    [
      "an output to keep that is none",
      () => appendGraph(backbone(), head(), { connect: { rows: "features" }, keepOutputs: ["x"] }),
    ],
    [
      "an output name that is taken",
      () =>
        appendGraph(appendGraph(backbone(), head(), { connect: { rows: "features" } }), head(), {
          connect: { rows: "result" },
        }),
    ],
  ])("refuses %s", (_, join) => {
    expect(join).toThrow(InvalidGraphError);
  });
});

describe("graphBuilder", () => {
  it.each([
    [
      "a name that is taken",
      () => {
        const g = graphBuilder();
        g.input("x", "float32", []);
        g.input("x", "float32", []);
      },
    ],
    ["an input that nothing makes", () => graphBuilder().node("Relu", ["x"])],
    ["an output that nothing makes", () => graphBuilder().output("x", "float32", [])],
    ["a graph without outputs", () => graphBuilder().build()],
  ])("refuses %s", (_, build) => {
    expect(build).toThrow(InvalidGraphError);
  });

  it("gives a node of several outputs a name for each", () => {
    const g = graphBuilder();
    const parts = g.nodes("Split", [g.input("x", "float32", [4])], 2, { axis: 0 });
    expect(new Set(parts).size).toBe(2);
  });
});

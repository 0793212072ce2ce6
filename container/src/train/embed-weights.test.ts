import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { graphBuilder, type OnnxModel, writeModel } from "@sightline/onnx";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openImageModel } from "../inference/session.js";
import { embedWeights } from "./embed-weights.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-test-"));
});
afterEach(() => rm(folder, { recursive: true }));

const WEIGHTS = Float32Array.from({ length: 24 }, (_, i) => i);

function model(): OnnxModel {
  const g = graphBuilder({ opset: 13 });
  const flat = g.node("Flatten", [g.input("pixels", "float32", ["N", 3, 2, 2])], { axis: 1 });
  const weight = g.initializer("w", [12, 2], WEIGHTS);
  g.output(g.node("MatMul", [flat, weight], {}, { output: "features" }), "float32", ["N", 2]);
  return g.build();
}

/** The model with its weights four bytes into a file of that name. */
function external(location: string): Uint8Array {
  const { graph, ...rest } = model();
  const initializers = graph.initializers.map((tensor) => ({
    ...tensor,
    data: new Uint8Array(0),
    external: { location, offset: "4", length: String(WEIGHTS.byteLength) },
  }));
  return writeModel({ ...rest, graph: { ...graph, initializers } });
}

async function answer(source: Uint8Array | string): Promise<number[]> {
  const opened = await openImageModel(source, { width: 2, height: 2 });
  const [row] = await opened.run(
    Float32Array.from({ length: 12 }, (_, i) => i),
    1,
  );
  await opened.close();
  return [...row!];
}

describe("models with weights in files beside them", () => {
  const data = Buffer.concat([Buffer.alloc(4), Buffer.from(WEIGHTS.buffer)]);

  it("answer the same as with their weights inside, opened by path or embedded", async () => {
    const expected = await answer(writeModel(model()));
    const bytes = external("model.onnx.data");
    await writeFile(join(folder, "model.onnx"), bytes);
    await writeFile(join(folder, "model.onnx.data"), data);
    expect(await answer(join(folder, "model.onnx"))).toEqual(expected);
    expect(await answer(await embedWeights(bytes, folder))).toEqual(expected);
  });

  it.each([
    ["../model.onnx.data", /must be in a file beside the model/],
    ["/etc/passwd", /must be in a file beside the model/],
    ["gone.data", /"gone.data", which is not beside the model/],
    ["short.data", /end at byte 100 of "short.data", which has 50 bytes/],
  ])("are refused with the weights in %s", async (location, message) => {
    await writeFile(join(folder, "short.data"), data.subarray(0, 50));
    const bytes = external(location);
    await expect(embedWeights(bytes, folder)).rejects.toThrow(message);
    await writeFile(join(folder, "model.onnx"), bytes);
    await expect(answer(join(folder, "model.onnx"))).rejects.toThrow(/cannot be loaded: .*(w|External data)/);
  });

  it("leave a model alone that holds its weights", async () => {
    const bytes = writeModel(model());
    expect(await embedWeights(bytes, folder)).toBe(bytes);
  });
});

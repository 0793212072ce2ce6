import { writeFile } from "node:fs/promises";
import { graphBuilder, writeModel } from "@sightline/onnx";

/**
 * A detector with real work in it but hardly any cost, for tests of everything around the model: the
 * picture (64 x 64) is cut into 8 x 8 cells, and a cell is an object as surely as it is bright. Its output
 * is laid out as YOLOv8's.
 *
 * @param free whether it takes any number of frames at once
 * @param telling whether boxes are as many cells wide as there are frames in the batch
 */
export async function writeBrightSpotDetector(path: string, free = false, telling = false): Promise<void> {
  const side = 64;
  const cell = 8;
  const cells = side / cell;
  const batch = free ? "batch" : 1;
  const graph = graphBuilder({
    metadata: { names: "{0: 'bright'}", task: "detect", stride: "8", imgsz: "[64, 64]" },
  });
  const images = graph.input("images", "float32", [batch, 3, side, side]);
  const pooled = graph.node("AveragePool", [images], { kernel_shape: [cell, cell], strides: [cell, cell] });
  const weights = graph.initializer("gray", [1, 3, 1, 1], new Float32Array([1 / 3, 1 / 3, 1 / 3]));
  const gray = graph.node("Conv", [pooled, weights], { kernel_shape: [1, 1] });
  const shape = graph.initializer("shape", [3], new BigInt64Array([-1n, 1n, BigInt(cells * cells)]));
  const scores = graph.node("Reshape", [gray, shape]);
  const boxes = new Float32Array(4 * cells * cells);
  for (let i = 0; i < cells * cells; i++) {
    boxes[i] = ((i % cells) + 0.5) * cell;
    boxes[cells * cells + i] = (Math.floor(i / cells) + 0.5) * cell;
    boxes[2 * cells * cells + i] = cell;
    boxes[3 * cells * cells + i] = cell;
  }
  const fixed = graph.initializer("boxes", [1, 4, cells * cells], boxes);
  // The boxes are the same for every frame of the batch: zero times the scores gives them its length.
  const zero = graph.initializer("zero", [1], new Float32Array([0]));
  const spread = graph.node("Add", [graph.node("Mul", [scores, zero]), fixed]);
  const told = telling ? graph.node("Mul", [spread, widening(graph, images)]) : spread;
  const output = graph.node("Concat", [told, scores], { axis: 1 }, { output: "output0" });
  graph.output(output, "float32", [batch, 5, cells * cells]);
  await writeFile(path, writeModel(graph.build()));
}

/** One, one, the number of frames and one, for the rows of the boxes. */
function widening(graph: ReturnType<typeof graphBuilder>, images: string): string {
  const first = graph.initializer("first", [1], new BigInt64Array([0n]));
  const frames = graph.node("Gather", [graph.node("Shape", [images]), first]);
  const one = graph.initializer("one", [1], new BigInt64Array([1n]));
  const rows = graph.node("Concat", [one, one, frames, one], { axis: 0 });
  const shape = graph.initializer("rows", [3], new BigInt64Array([1n, 4n, 1n]));
  const float32 = 1n;
  return graph.node("Reshape", [graph.node("Cast", [rows], { to: float32 }), shape]);
}

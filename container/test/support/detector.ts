import { graphBuilder, writeModel } from "@sightline/onnx";

/**
 * A detector in YOLOv8's layout that finds bright squares: it cuts a 64 x 64 picture into 8 x 8 cells and gives each
 * cell's mean brightness as the score of class "bright", with a box around the cell.
 */
export function buildBrightDetector(): Uint8Array {
  const cells = 64;
  const g = graphBuilder({ opset: 13, metadata: { task: "detect", names: "{0: 'bright'}", stride: "8" } });
  const images = g.input("images", "float32", [1, 3, 64, 64]);
  const grey = g.initializer("grey", [1, 3, 1, 1], new Float32Array(3).fill(1 / 3));
  const pooled = g.node("AveragePool", [g.node("Conv", [images, grey])], {
    kernel_shape: [8, 8],
    strides: [8, 8],
  });
  const row = g.initializer("row", [3], new BigInt64Array([1n, 1n, BigInt(cells)]));
  const scores = g.node("Reshape", [pooled, row]);
  // Rows cx, cy, w, h in pixels, one column for each cell.
  const box = [0, 1, 2, 3].flatMap((kind) =>
    Array.from({ length: cells }, (_, i) => [(i % 8) * 8 + 4, Math.floor(i / 8) * 8 + 4, 8, 8][kind]!),
  );
  const boxes = g.initializer("boxes", [1, 4, cells], Float32Array.from(box));
  g.output(g.node("Concat", [boxes, scores], { axis: 1 }, { output: "output0" }), "float32", [1, 5, cells]);
  return writeModel(g.build());
}

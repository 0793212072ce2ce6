import { writeWholeFile } from "@sightline/foundation/whole-file";
import { type GraphBuilder, graphBuilder, writeModel } from "@sightline/onnx";

/** Size of the detector's input in pixels; a 16:9 frame fits into it with little padding. */
const width = 320;
const height = 192;

/** Brightest channel of a pixel that belongs to a hole, 0 to 1: between the holes (34 to 60) and the road (from 90). */
const darkest = 78 / 255;
/** Half of the side of the window through which pixels of one hole find each other, in pixels. */
const reach = 3;
/** Rounds of looking through the window: the widest hole in sight has about 110 pixels. */
const rounds = 36;
/** Stands for "no hole here"; beyond any coordinate. */
const nowhere = -10_000;
/** Box area in pixels from which the score is full; smaller holes are far away and uncertain. */
const fullScoreArea = 40;
const bestScore = 0.95;

/**
 * Builds an ONNX detector by code that finds the potholes of `drawRoadVideo`'s synthetic road, and nothing else,
 * from their pixels: dark ones are marked, each dark pixel learns the extremes of its connected hole by looking
 * through a small window again and again, and the topmost pixels of a hole report its box.
 *
 * Input `images` [1, 3, 192, 320], RGB 0 to 1; output `output0` [1, 5, 61440] in YOLOv8's layout (centre x, centre
 * y, width, height in input pixels, score). The file appears when complete.
 */
export async function buildPotholeDetector(path: string): Promise<{ readonly path: string }> {
  const names = "{0: 'pothole'}";
  const metadata = { task: "detect", names, stride: "32", imgsz: `[${height}, ${width}]`, synthetic: "true" };
  const g = graphBuilder({ name: "synthetic-pothole-detector", metadata });
  const images = g.input("images", "float32", [1, 3, height, width]);
  const scalar = (name: string, value: number) => g.initializer(name, [], new Float32Array([value]));
  const outside = scalar("outside", nowhere);

  const brightest = g.node("ReduceMax", [images], { axes: [1], keepdims: 1 });
  const mask = g.node("Less", [brightest, scalar("darkest", darkest)]);
  const extremes = spread(g, mask, outside);

  const [minusLeft, right, minusTop, bottom] = g.nodes("Split", [extremes], 4, { axis: 1 }) as [
    string,
    string,
    string,
    string,
  ];
  const boxWidth = g.node("Add", [right, minusLeft]);
  const boxHeight = g.node("Add", [bottom, minusTop]);
  const half = scalar("half", 0.5);
  const middle = (far: string, minusNear: string) => g.node("Mul", [g.node("Sub", [far, minusNear]), half]);
  const score = scoreOf(g, { mask, minusTop, boxWidth, boxHeight });
  const columns = [middle(right, minusLeft), middle(bottom, minusTop), boxWidth, boxHeight].map((value) =>
    g.node("Where", [mask, value, scalar(`zero-${value}`, 0)]),
  );
  const joined = g.node("Concat", [...columns, score], { axis: 1 });
  const shape = g.initializer("shape", [3], BigInt64Array.from([1n, 5n, BigInt(width * height)]));
  g.output(g.node("Reshape", [joined, shape], {}, { output: "output0" }), "float32", [1, 5, width * height]);

  await writeWholeFile(path, writeModel(g.build()));
  return { path };
}

/** For each pixel of a hole: minus left, right, minus top and bottom of the whole hole [1, 4, height, width]. */
function spread(g: GraphBuilder, mask: string, outside: string): string {
  const coordinates = new Float32Array(4 * height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const own = [-x, x + 1, -y, y + 1];
      for (let plane = 0; plane < 4; plane++) coordinates[(plane * height + y) * width + x] = own[plane]!;
    }
  }
  const start = g.initializer("coordinates", [1, 4, height, width], coordinates);
  let known = g.node("Where", [mask, start, outside]);
  const side = 2 * reach + 1;
  for (let round = 0; round < rounds; round++) {
    const across = g.node("MaxPool", [known], { kernel_shape: [1, side], pads: [0, reach, 0, reach] });
    const along = g.node("MaxPool", [across], { kernel_shape: [side, 1], pads: [reach, 0, reach, 0] });
    known = g.node("Where", [mask, along, outside]);
  }
  return known;
}

/** Above 0 only in the top row of a hole, so that one hole does not report a box for each of its pixels. */
function scoreOf(
  g: GraphBuilder,
  {
    mask,
    minusTop,
    boxWidth,
    boxHeight,
  }: Readonly<Record<"mask" | "minusTop" | "boxWidth" | "boxHeight", string>>,
): string {
  const rows = Float32Array.from({ length: height }, (_, y) => -y);
  const isTop = g.node("Equal", [minusTop, g.initializer("minusRows", [1, 1, height, 1], rows)]);
  const reports = g.node("And", [mask, isTop]);
  const area = g.node("Mul", [boxWidth, boxHeight]);
  const share = g.node("Div", [area, g.initializer("fullScoreArea", [], new Float32Array([fullScoreArea]))]);
  const capped = g.node("Min", [share, g.initializer("one", [], new Float32Array([1]))]);
  const score = g.node("Mul", [capped, g.initializer("bestScore", [], new Float32Array([bestScore]))]);
  return g.node("Where", [reports, score, g.initializer("zero", [], new Float32Array([0]))]);
}

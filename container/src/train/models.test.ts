import { graphBuilder, readModel, writeModel } from "@sightline/onnx";
import { describe, expect, it } from "vitest";
import { IMAGENET_INPUT } from "../image/image-input.js";
import { openImageModel } from "../inference/session.js";
import type { Backbone } from "./backbone.js";
import { cellFeatures } from "./cell-features.js";
import { buildFilterBank, FILTER_BANK_INPUT } from "./filter-bank.js";
import { fuseModel, PROBABILITIES } from "./fused-model.js";
import { emptyHead, logits } from "./head.js";
import { oneClass } from "./one-class.js";
import { seededRandom } from "./random.js";
import { severalClasses } from "./several-classes.js";

const SIDE = 5;
const input = { ...IMAGENET_INPUT, width: SIDE, height: SIDE };

/** pixels -> average over the picture, as the end of a real backbone; `elemType` is that of everything. */
function poolingBackbone(
  pooling: "GlobalAveragePool" | "ReduceMean" | "none",
  elemType: "float32" | "float16" = "float32",
): Uint8Array {
  const g = graphBuilder({ opset: 13 });
  const pixels = g.input("pixels", elemType, ["N", 3, SIDE, SIDE]);
  const map = g.node("Relu", [pixels], {}, { output: pooling === "none" ? "features" : "map" });
  if (pooling === "GlobalAveragePool")
    g.node("Flatten", [g.node("GlobalAveragePool", [map])], { axis: 1 }, { output: "features" });
  if (pooling === "ReduceMean")
    g.node("ReduceMean", [map], { axes: [2, 3], keepdims: 0 }, { output: "features" });
  g.output("features", elemType, pooling === "none" ? ["N", 3, SIDE, SIDE] : ["N", 3]);
  return writeModel(g.build());
}

function picture(seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: 3 * SIDE * SIDE }, random);
}

async function runModel(
  bytes: Uint8Array,
  output: string,
  pixels: Float32Array,
  side = SIDE,
): Promise<Float32Array> {
  const model = await openImageModel(bytes, { width: side, height: side, output });
  const [row] = await model.run(pixels, 1);
  await model.close();
  return row!;
}

describe("cellFeatures", () => {
  it.each(["GlobalAveragePool", "ReduceMean", "none"] as const)(
    "averages 3 x 3 cells of the map behind %s",
    async (pooling) => {
      const cells = (await cellFeatures(poolingBackbone(pooling), "features", input))!;
      expect([cells.map, cells.side]).toEqual([[3, 5, 5], 3]);
      const pixels = picture(1);
      const row = await runModel(cells.bytes, cells.features, pixels);
      expect(row).toHaveLength(27);
      // The upper right cell of the second channel: rows 0 to 2, columns 2 to 4 of a 5 x 5 map.
      const corner = [0, 1, 2].flatMap((y) => [2, 3, 4].map((x) => pixels[25 + y * 5 + x]!));
      expect(row[9 + 2]).toBeCloseTo(corner.reduce((a, b) => a + b) / 9, 5);
    },
  );

  it.each([
    [512, 3],
    [513, 2],
    [1152, 2],
    [1153, undefined],
  ])("takes as many cells of %d channels as are 4,608 values: %s a side", async (channels, side) => {
    const g = graphBuilder({ opset: 13 });
    const weight = g.initializer("w", [channels, 3, 1, 1], new Float32Array(channels * 3));
    const map = g.node("Conv", [g.input("pixels", "float32", ["N", 3, SIDE, SIDE]), weight]);
    g.output(g.node("GlobalAveragePool", [map], {}, { output: "features" }), "float32", [
      "N",
      channels,
      1,
      1,
    ]);
    expect((await cellFeatures(writeModel(g.build()), "features", input))?.side).toBe(side);
  });

  it("works in half precision and answers in single", async () => {
    const cells = (await cellFeatures(poolingBackbone("GlobalAveragePool", "float16"), "features", input))!;
    const half = await runModel(cells.bytes, cells.features, picture(1));
    const single = (await cellFeatures(poolingBackbone("GlobalAveragePool"), "features", input))!;
    const exact = await runModel(single.bytes, single.features, picture(1));
    for (const [i, value] of half.entries()) expect(value).toBeCloseTo(exact[i]!, 2);
  });

  it("leaves a backbone alone whose features come from no map", async () => {
    const g = graphBuilder({ opset: 13 });
    const flat = g.node("Flatten", [g.input("pixels", "float32", ["N", 3, SIDE, SIDE])], { axis: 1 });
    const weight = g.initializer("w", [75, 4], new Float32Array(300));
    g.output(g.node("MatMul", [flat, weight], {}, { output: "features" }), "float32", ["N", 4]);
    expect(await cellFeatures(writeModel(g.build()), "features", input)).toBeUndefined();
  });
});

describe("fuseModel", () => {
  it.each([oneClass(), severalClasses()])(
    "answers what standardisation, head and activation do one after the other ($operator)",
    async (answers) => {
      const backbone: Backbone = {
        name: "test",
        bytes: poolingBackbone("GlobalAveragePool"),
        sha256: "",
        input,
        features: "features",
        notes: [],
      };
      const head = emptyHead(2, 3);
      head.weight.set([1, -2, 0.5, 0, 3, -1]);
      head.bias.set([0.1, -0.2]);
      const standardisation = { mean: Float64Array.of(0.5, 0.4, 0.6), factor: Float64Array.of(10, 20, 0) };
      const fused = fuseModel(backbone, standardisation, head, answers.operator, { names: "x" });
      const pixels = picture(3);
      const features = await runModel(backbone.bytes, "features", pixels);
      const values = Float32Array.from(
        features,
        (value, i) => (value - standardisation.mean[i]!) * standardisation.factor[i]!,
      );
      const expected = new Float64Array(2);
      logits(head, values, 0, expected);
      answers.activate(expected);
      const row = await runModel(fused, PROBABILITIES, pixels);
      for (const [i, value] of row.entries()) expect(value).toBeCloseTo(expected[i]!, 5);
      expect(readModel(fused).metadata).toEqual({ names: "x" });
      expect(readModel(fused).graph.outputs).toHaveLength(1);
    },
  );
});

describe("buildFilterBank", () => {
  const side = FILTER_BANK_INPUT.width;

  function features(
    paint: (x: number, y: number) => readonly [number, number, number],
  ): Promise<Float32Array> {
    const pixels = new Float32Array(3 * side * side);
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++)
        for (const [c, value] of paint(x, y).entries()) pixels[(c * side + y) * side + x] = value;
    }
    return runModel(buildFilterBank(), "features", pixels, side);
  }

  it("is finite on black, on white and on noise", async () => {
    const random = seededRandom(5);
    for (const paint of [() => [0, 0, 0], () => [1, 1, 1], () => [random(), random(), random()]] as const) {
      const row = await features(paint as () => [number, number, number]);
      expect(row.length).toBeGreaterThan(200);
      expect(row.every(Number.isFinite)).toBe(true);
    }
  });

  it("tells upright stripes from lying ones, and red from blue", async () => {
    const distance = (a: Float32Array, b: Float32Array): number =>
      Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0));
    const grey = (on: boolean): [number, number, number] => (on ? [0.8, 0.8, 0.8] : [0.2, 0.2, 0.2]);
    const upright = await features((x) => grey(x % 6 < 3));
    const shifted = await features((x) => grey((x + 2) % 6 < 3));
    const lying = await features((_, y) => grey(y % 6 < 3));
    expect(distance(upright, lying)).toBeGreaterThan(5 * distance(upright, shifted));
    const red = await features(() => [0.8, 0.1, 0.1]);
    const darker = await features(() => [0.7, 0.1, 0.1]);
    const blue = await features(() => [0.1, 0.1, 0.8]);
    expect(distance(red, blue)).toBeGreaterThan(3 * distance(red, darker));
  });
});

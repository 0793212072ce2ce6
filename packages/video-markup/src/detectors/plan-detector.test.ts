import { describe, expect, it } from "vitest";
import { coco, model, square, tensor } from "../../test/support/model-description.js";
import { frameGeometry } from "./geometry.js";
import { inputDims } from "./input-spec.js";
import { DetectorLayoutError } from "./layout-error.js";
import { planDetector } from "./plan-detector.js";

describe("planDetector", () => {
  it("takes an explicit layout before what it would have found", () => {
    const both = model(square(640), { output0: [1, 84, 8400] });
    expect(planDetector(both, { layout: "yolov8-obb" }).layout).toBe("yolov8-obb");
  });

  it("refuses unknown outputs with what it saw and what it knows", () => {
    const strange = model(square(224), { softmax: [1, 1000] });
    expect(() => planDetector(strange)).toThrow(DetectorLayoutError);
    expect(() => planDetector(strange)).toThrow(/softmax float32 \[1, 1000\].*Known layouts: yolov8,/s);
  });

  it("refuses a classifier that carries Ultralytics' metadata", () => {
    const classifier = model(square(224), { output0: [1, 1000] }, { metadata: { task: "classify" } });
    expect(() => planDetector(classifier)).toThrow(/task classify/);
  });

  it("refuses logits that may be softmax or sigmoid, until told which", () => {
    const unclear = model(square(640), { logits: [1, 50, 7], pred_boxes: [1, 50, 4] });
    expect(() => planDetector(unclear)).toThrow(DetectorLayoutError);
    expect(planDetector(unclear, { layout: "detr" }).layout).toBe("detr");
  });

  it("refuses an explicit layout whose outputs are missing, with what it expects", () => {
    expect(() => planDetector(model(square(640), { output0: [1, 84, 8400] }), { layout: "nanodet" })).toThrow(
      /does not fit the layout "nanodet", which expects outputs cls_pred_stride_S/,
    );
  });

  it("refuses a model without a picture input and one that takes doubles", () => {
    expect(() => planDetector(model([1, 10], { output0: [1, 84, 8400] }))).toThrow(/No input/);
    expect(() =>
      planDetector(model(square(640), { output0: [1, 84, 8400] }, { elemType: "float64" })),
    ).toThrow(/takes float64/);
  });

  it.each([
    ["float16", { dtype: "float16", scale: 1 / 255, mean: [0, 0, 0] }],
    ["uint8", { dtype: "uint8", scale: 1, mean: [0, 0, 0] }],
    ["int8", { dtype: "int8", scale: 1, mean: [128, 128, 128] }],
  ])("feeds %s inputs", (elemType, expected) => {
    const { input } = planDetector(model(square(640), { output0: [1, 84, 8400] }, { elemType }));
    expect(input).toMatchObject(expected);
  });

  it("sizes free axes from the metadata, the option, or the source", () => {
    const free = model(
      ["b", 3, "h", "w"],
      { output0: ["b", 84, "n"] },
      { metadata: { ...coco, task: "detect", imgsz: "[384, 640]" } },
    );
    const planned = planDetector(free).input;
    expect([planned.width, planned.height, planned.batch]).toEqual([640, 384, "free"]);
    expect(inputDims(planned, 4)).toEqual([4, 3, 384, 640]);
    expect(planDetector(free, { inputSize: { width: 320, height: 320 } }).input.width).toBe(320);
    const rcnn = model([3, "h", "w"], { boxes: ["n", 4], labels: ["n"], scores: ["n"] });
    const sized = planDetector(rcnn, { source: { width: 1920, height: 1080 } }).input;
    expect([sized.width, sized.height]).toEqual([1333, 750]);
    expect(inputDims(sized)).toEqual([3, 750, 1333]);
  });

  it("lets the caller override the preprocessing", () => {
    const { input } = planDetector(model(square(416), { output: [1, 3549, 85] }), {
      input: { channels: "RGB" },
    });
    expect(input).toMatchObject({ channels: "RGB", fit: "letterbox-top-left", padValue: 114 });
  });

  it("hands the outputs to a custom decoder with all it needs", () => {
    const strange = model(square(64), { heat: [1, 1, 8, 8] });
    const detector = planDetector(strange, {
      confidence: 0.4,
      classNames: ["spot"],
      decoder: (outputs, { confidence, geometry, classNames }) => {
        expect(geometry.source).toEqual({ width: 64, height: 64 });
        const score = outputs.heat!.data[0] as number;
        return score > confidence
          ? [{ classId: 0, className: classNames[0]!, confidence: score, xyxy: [0, 0, 8, 8] }]
          : [];
      },
    });
    const geometry = frameGeometry({ width: 64, height: 64 }, detector.input);
    expect(detector.layout).toBe("custom");
    expect(detector.outputNames).toEqual(["heat"]);
    expect(detector.decode({ heat: tensor([1, 1, 1, 1], [0.5]) }, geometry)).toHaveLength(1);
    expect(detector.decode({ heat: tensor([1, 1, 1, 1], [0.3]) }, geometry)).toHaveLength(0);
  });

  const small = model(
    square(32),
    { output0: [1, 6, 21] },
    { metadata: { task: "detect", names: "{0: 'a', 1: 'b'}" } },
  );
  const values = Array.from({ length: 6 * 21 }, () => 0);
  for (const [row, value] of [16, 16, 10, 10, 0.9, 0].entries()) values[row * 21 + 3] = value;
  for (const [row, value] of [8, 8, 6, 6, 0, 0.5].entries()) values[row * 21 + 7] = value;
  const outputs = { output0: tensor([1, 6, 21], values) };
  const geometry = frameGeometry(
    { width: 64, height: 64 },
    { width: 32, height: 32, fit: "letterbox-center" },
  );

  it("decodes to source pixels with the model's class names", () => {
    expect(planDetector(small).decode(outputs, geometry)).toEqual([
      { classId: 0, className: "a", confidence: expect.closeTo(0.9, 6), xyxy: [22, 22, 42, 42] },
      { classId: 1, className: "b", confidence: 0.5, xyxy: [10, 10, 22, 22] },
    ]);
  });

  it("keeps the classes asked for, by name or id, over the threshold, up to the limit", () => {
    const count = (options: Parameters<typeof planDetector>[1]) =>
      planDetector(small, options)
        .decode(outputs, geometry)
        .map(({ className }) => className);
    expect(count({ classes: ["b"] })).toEqual(["b"]);
    expect(count({ classes: [0] })).toEqual(["a"]);
    expect(count({ confidence: 0.6 })).toEqual(["a"]);
    expect(count({ maxDetections: 1 })).toEqual(["a"]);
    expect(() => planDetector(small, { classes: ["dog"] })).toThrow(/no class "dog".*a, b/);
    expect(() => planDetector(small, { confidence: 25 })).toThrow(/from 0 to 1/);
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses %s as the most detections of a frame", (maxDetections) => {
    expect(() => planDetector(small, { maxDetections })).toThrow(/a whole number from 1/);
  });

  it("leaves out a box whose score is no finite number", () => {
    const overflown = values.map((value, at) => (at === 4 * 21 + 3 ? Number.POSITIVE_INFINITY : value));
    const found = planDetector(small).decode({ output0: tensor([1, 6, 21], overflown) }, geometry);
    expect(found.map(({ className }) => className)).toEqual(["b"]);
  });

  it("decodes the asked frame of a batch", () => {
    const batch = { output0: tensor([2, 6, 21], [...values.map(() => 0), ...values]) };
    const detector = planDetector(small);
    expect(detector.decode(batch, geometry, 0)).toHaveLength(0);
    expect(detector.decode(batch, geometry, 1)).toHaveLength(2);
  });

  it("tells RT-DETR the input's size, once for each frame of a batch", () => {
    const rtDetr = model(
      square(640),
      { labels: ["n", 300], boxes: ["n", 300, 4], scores: ["n", 300] },
      { extraInput: "orig_target_sizes" },
    );
    const detector = planDetector(rtDetr);
    const frame = frameGeometry({ width: 1280, height: 720 }, detector.input);
    const { orig_target_sizes: sizes } = detector.extraInputs!([frame, frame]);
    expect(sizes!.dims).toEqual([2, 2]);
    expect([...(sizes!.data as BigInt64Array)]).toEqual([640n, 640n, 640n, 640n]);
  });

  it("says which output the session did not give", () => {
    expect(() => planDetector(small).decode({}, geometry)).toThrow(/a tensor for output0/);
  });
});

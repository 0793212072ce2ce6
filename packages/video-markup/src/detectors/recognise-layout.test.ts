import { describe, expect, it } from "vitest";
import { coco, model, square, tensor } from "../../test/support/model-description.js";
import { frameGeometry } from "./geometry.js";
import { DetectorLayoutError } from "./layout-error.js";
import { planDetector } from "./plan-detector.js";

describe("planDetector recognises", () => {
  it.each([
    [model(square(640), { output0: [1, 84, 8400] }), "yolov8", "channels first, one column a cell"],
    [model(square(640), { output0: [1, 8400, 84] }), "yolov8", "transposed: COCO's 80 and Ultralytics' name"],
    [
      model(square(640), { boxes: [1, 8400, 6] }, { metadata: { names: "{0: 'a', 1: 'b'}" } }),
      "yolov8",
      "transposed: four columns more than the named classes",
    ],
    [model(square(640), { output0: [1, 116, 8400], output1: [1, 32, 160, 160] }), "yolov8-seg", "prototypes"],
    [model(square(640), { output0: [1, 56, 8400] }), "yolov8-pose", "COCO's pose head"],
    [
      model(square(640), { output0: [1, 56, 8400] }, { metadata: { names: "{0: 'a', 1: 'b'}" } }),
      "yolov8",
      "named classes",
    ],
    [model(square(1280), { output0: [1, 84, 34000] }), "yolov8", "four strides (P6)"],
    [model(square(640), { output0: [1, 300, 6] }), "yolo-nms-free", "v10 without metadata"],
    [model(square(640), { output0: [1, 300, 38], output1: [1, 32, 160, 160] }), "yolo-nms-free-seg", "masks"],
    [model(square(640), { output0: [1, 300, 57] }), "yolo-nms-free-pose", "poses"],
    [model(square(640), { output0: [1, 300, 7] }), "yolo-nms-free-obb", "rotated"],
    [model(square(640), { output0: [1, 25200, 85] }, { metadata: coco }), "yolov5", "three anchors a cell"],
    [
      model(square(640), { output0: [1, 25200, 117], output1: [1, 32, 160, 160] }, { metadata: coco }),
      "yolov5-seg",
      "with masks",
    ],
    [model(square(416), { output: [1, 3549, 85] }), "yolox", "one row a cell"],
    [model(square(416), { output: [1, 3549, 6] }), "yolox", "one class: six columns are no final detections"],
    [model(square(640), { outputs: [1, 8400, 85] }), "yolov6", "YOLOX's shape under YOLOv6's name"],
    [model(square(1280), { outputs: [1, 34000, 85] }), "yolov6", "four strides (P6)"],
    [model(square(320), { output: [1, 2125, 112] }), "nanodet-plus", "stride 64, which YOLOX has not"],
    [model(square(416), { output: [1, 3598, 33] }), "nanodet-plus", "one class"],
    [
      model(square(640), { output: [1, 8400, 80], "/head_boxes": [1, 8400, 4] }),
      "damo-yolo",
      "scores, then boxes",
    ],
    [
      model([1, 512, 512, 3], { detections: [1, 100, 7] }),
      "efficientdet",
      "seven columns of channels-last pictures",
    ],
    [
      model(square(512), { detection: ["n", 400, 6] }, { metadata: { layout: "mxnet-ssd" } }),
      "mxnet-ssd",
      "six columns, which mean something else elsewhere: the metadata says so",
    ],
    [
      model(square(640), { num: [1, 1], boxes: [1, 100, 4], scores: [1, 100], classes: [1, 100] }),
      "num-dets",
      "the four lists by their other names",
    ],
    [model(square(352), { "758": [1, 85, 22, 22] }), "fastestdet", "one map of stride 16"],
    [
      model(
        square(640),
        { labels: ["n", 300], boxes: ["n", 300, 4], scores: ["n", 300] },
        { extraInput: "orig_target_sizes" },
      ),
      "rt-detr",
      "asks for the size",
    ],
    [model(square(640), { logits: [1, 300, 80], pred_boxes: [1, 300, 4] }), "rt-detr-hf", "300 queries"],
    [model([1, 3, "h", "w"], { logits: [1, 100, 92], pred_boxes: [1, 100, 4] }), "detr", "100 queries"],
    [model(square(560), { dets: [1, 300, 4], labels: [1, 300, 91] }), "rf-detr", "by name"],
    [
      model(
        [1, "h", "w", 3],
        {
          detection_boxes: [1, 100, 4],
          detection_classes: [1, 100],
          detection_scores: [1, 100],
          num_detections: [1],
        },
        { elemType: "uint8" },
      ),
      "ssd-tf2",
      "by name",
    ],
    [
      model([3, "h", "w"], { boxes: ["n", 4], labels: ["n"], scores: ["n"] }),
      "faster-rcnn-torchvision",
      "three lists",
    ],
    [
      model([3, "h", "w"], { boxes: ["n", 4], labels: ["n"], scores: ["n"], masks: ["n", 1, "h", "w"] }),
      "mask-rcnn-torchvision",
      "with masks",
    ],
  ] as const)("%# as %s: %s", (description, layout, _reason) => {
    expect(planDetector(description).layout).toBe(layout);
  });
});

describe("planDetector refuses to guess", () => {
  it.each([
    [{ result: [1, 8400, 85] }, /yolox or yolov6, but its names do not tell/, "a row a cell, any name"],
    [{ result: [1, 8500, 112] }, /yolov6 or nanodet-plus/, "four strides, any name"],
    [{ a: [1, 8400, 4], b: [1, 8400, 80] }, /damo-yolo/, "boxes before scores are YOLO-NAS's"],
    [{ logits: [1, 300, 91], pred_boxes: [1, 300, 4] }, /detr or rt-detr-hf/, "Deformable DETR's counts"],
    [{ output: [1, 2125, 112] }, /no known detector/, "cells of another input size"],
    [
      { dets: [1, 100, 5], labels: [1, 100] },
      /no known detector/,
      "MMDeploy's, which only sounds like RF-DETR",
    ],
    [{ output: [1, 100, 7], more: [1, 4] }, /no known detector/, "seven columns beside others"],
  ] as const)("%j: %s (%s)", (outputs, message, _reason) => {
    expect(() => planDetector(model(square(640), outputs))).toThrow(message);
  });

  it("YOLOX by name where the classes that the metadata names are not those of the columns", () => {
    const other = model(square(416), { output: [1, 3549, 85] }, { metadata: { names: "['a', 'b']" } });
    expect(() => planDetector(other)).toThrow(DetectorLayoutError);
  });

  it("a layout asked for whose cells are not the input's", () => {
    const plus = model(square(320), { output: [1, 2125, 112] });
    expect(() => planDetector(plus, { layout: "yolox" })).toThrow(/does not fit the layout "yolox"/);
  });

  it("a map of stride 16 that is no detector, at its first frame", () => {
    const segmentation = planDetector(model(square(32), { map: [1, 6, 2, 2] }));
    const values = Array.from({ length: 24 }, (_, i) => (i % 7) - 3);
    const geometry = frameGeometry({ width: 32, height: 32 }, segmentation.input);
    expect(() => segmentation.decode({ map: tensor([1, 6, 2, 2], values) }, geometry)).toThrow(
      /"map" holds scores from -3 to 0/,
    );
  });

  it("sizes in pixels where YOLOX has logarithms, though nothing passes the threshold", () => {
    const detector = planDetector(model(square(32), { output: [1, 21, 6] }), { layout: "yolox" });
    const values = Array.from({ length: 21 * 6 }, (_, i) => (i % 6 < 4 ? 30 : 0));
    const geometry = frameGeometry({ width: 32, height: 32 }, detector.input);
    expect(() => detector.decode({ output: tensor([1, 21, 6], values) }, geometry)).toThrow(
      /"output" holds logarithms of sizes from 30 to 30/,
    );
  });

  it("a class id with a fraction in a table of final detections", () => {
    const detector = planDetector(model(square(640), { output0: [1, 1, 6] }));
    const geometry = frameGeometry({ width: 640, height: 640 }, detector.input);
    const row = tensor([1, 1, 6], [10, 10, 50, 50, 0.9, 0.37]);
    expect(() => detector.decode({ output0: row }, geometry)).toThrow(/"output0" holds a class id of 0.37/);
  });
});

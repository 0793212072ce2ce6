import { describe, expect, it } from "vitest";
import {
  type DetectionHyperparameters,
  detectionHyperparameters,
  readDetectionHyperparameters,
} from "./detection-hyperparameters.js";
import { camelCase } from "./hyperparameter-reader.js";
import type { Fail, Problem } from "./problem.js";

const fail: Fail = ({ message }: Problem) => {
  throw new Error(message);
};
const required = { num_classes: "1", num_training_samples: "128" };

describe("readDetectionHyperparameters", () => {
  it("fills in every default of the table, under its camel-case name", () => {
    const read = readDetectionHyperparameters(required, fail);
    for (const [name, row] of Object.entries(detectionHyperparameters)) {
      const expected = "default" in row ? row.default : undefined;
      if (!("required" in row))
        expect(read[camelCase(name) as keyof DetectionHyperparameters], name).toEqual(expected);
    }
    expect(read).toMatchObject({ numClasses: 1, numTrainingSamples: 128 });
  });

  it("reads strings of every kind", () => {
    const given = {
      ...required,
      base_network: "resnet-50",
      image_shape: "512",
      use_pretrained_model: "0",
      lr_scheduler_step: "10, 20",
      learning_rate: "1e-3",
      early_stopping: "True",
      freeze_layer_pattern: "^(conv1_|conv2_).*",
      kv_store: "dist_sync",
    };
    expect(readDetectionHyperparameters(given, fail)).toMatchObject({
      baseNetwork: "resnet-50",
      imageShape: 512,
      usePretrainedModel: false,
      lrSchedulerStep: [10, 20],
      learningRate: 0.001,
      earlyStopping: true,
      freezeLayerPattern: "^(conv1_|conv2_).*",
      kvStore: "dist_sync",
    });
  });

  it.each<[string, string, string]>([
    ["num_classes", "0", "no class"],
    ["image_shape", "299", "smaller than the algorithm takes"],
    ["image_shape", "3,300,300", "one side, and not a shape as of the classification"],
    ["base_network", "resnet-101", "no such net"],
    ["learning_rate", "0", "0 itself is refused"],
    ["weight_decay", "1", "1 itself is refused"],
    ["lr_scheduler_factor", "1", "1 itself is refused"],
    ["optimizer", "nag", "of the classification only"],
    ["mini_batch_size", "129", "more than there are pictures"],
    ["label_width", "6", "no room for a box"],
    ["overlap_threshold", "1.01", "above 1"],
    ["nms_threshold", "0", "everything would be left out"],
    ["lr_scheduler_step", "20,10", "not rising"],
    ["task", "image-classification", "another algorithm"],
  ])("refuses %s = %j (%s)", (name, value, _why) => {
    const given = { ...required, [name]: value };
    expect(() => readDetectionHyperparameters(given, fail)).toThrow(`Hyperparameter ${name} must be `);
    expect(() => readDetectionHyperparameters(given, fail)).toThrow(`but is ${JSON.stringify(value)}.`);
  });

  it("names the nearest of an unknown name", () => {
    expect(() => readDetectionHyperparameters({ ...required, num_layers: "18" }, fail)).toThrow(
      "Hyperparameter num_layers is not known.",
    );
    expect(() => readDetectionHyperparameters({ ...required, nms_treshold: "0.5" }, fail)).toThrow(
      'Did you mean "nms_threshold"?',
    );
  });
});

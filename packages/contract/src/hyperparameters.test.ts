import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { camelCase } from "./hyperparameter-reader.js";
import { hyperparameters } from "./hyperparameter-table.js";
import { type Hyperparameters, readHyperparameters } from "./hyperparameters.js";
import type { Fail, Problem } from "./problem.js";

const fail: Fail = ({ message }: Problem) => {
  throw new Error(message);
};
const required = { num_classes: "10", num_training_samples: "1567" };

describe("readHyperparameters", () => {
  it("fills in every default of the table, under its camel-case name", () => {
    const read = readHyperparameters(required, fail);
    for (const [name, row] of Object.entries(hyperparameters)) {
      if ("default" in row) expect(read[camelCase(name) as keyof Hyperparameters], name).toEqual(row.default);
    }
    expect(read).toMatchObject({ numClasses: 10, numTrainingSamples: 1567, beta1: 0.9 });
    expect(read.topK).toBeUndefined();
  });

  it("reads strings of every kind", () => {
    const given = {
      ...required,
      image_shape: "3, 210,280",
      lr_scheduler_step: "2,4",
      early_stopping: "True",
      use_pretrained_model: "1",
      multi_label: "false",
      learning_rate: "1e-2",
      num_layers: " 18 ",
      augmentation_type: "crop_color",
    };
    expect(readHyperparameters(given, fail)).toMatchObject({
      imageShape: [3, 210, 280],
      lrSchedulerStep: [2, 4],
      earlyStopping: true,
      usePretrainedModel: true,
      multiLabel: false,
      learningRate: 0.01,
      numLayers: 18,
      augmentationType: "crop_color",
    });
  });

  it("passes over what SageMaker's tuning and toolkits add", () => {
    const added = { _tuning_objective_metric: "validation:accuracy", sagemaker_region: "us-east-1" };
    expect(readHyperparameters({ ...required, ...added }, fail)).toEqual(readHyperparameters(required, fail));
  });

  it.each<[string, string, object, string]>([
    ["num_layers", "20", { image_shape: "3,224,224" }, "a net for small pictures with large ones"],
    ["num_layers", "20", { image_shape: "3,28,28", use_pretrained_model: "1" }, "no weights for it"],
    ["num_layers", "42", {}, "no such net"],
    ["resize", "100", {}, "smaller than the picture"],
    ["mini_batch_size", "1568", {}, "more than there are pictures"],
    ["top_k", "11", {}, "more than there are classes"],
    ["checkpoint_frequency", "31", {}, "never reached"],
    ["image_shape", "210,280,3", {}, "channels come first"],
    ["image_shape", "3,210", {}, "two sides only"],
    ["learning_rate", "", {}, "nothing"],
    ["early_stopping", "maybe", {}, "no flag"],
    ["lr_scheduler_step", "4,4", {}, "not rising"],
    ["seed", "-1", {}, "below 0"],
    ["epochs", "0x10", {}, "no decimal"],
  ])("refuses %s = %j (%o: %s)", (name, value, others, _why) => {
    const given = { ...required, ...others, [name]: value };
    expect(() => readHyperparameters(given, fail)).toThrow(`Hyperparameter ${name} must be `);
    expect(() => readHyperparameters(given, fail)).toThrow(`but is ${JSON.stringify(value)}.`);
  });

  it("names the nearest of an unknown name, and what is missing", () => {
    expect(() => readHyperparameters({ ...required, epoch: "5" }, fail)).toThrow(
      'Hyperparameter epoch is not known. Did you mean "epochs"? Known are num_classes,',
    );
    expect(() => readHyperparameters({ num_classes: "2" }, fail)).toThrow(
      "Hyperparameter num_training_samples is missing; it must be an integer of at least 1.",
    );
    expect(() => readHyperparameters({ ...required, constructor: "1" }, fail)).toThrow(
      /constructor is not known/,
    );
  });

  it("never gives a number outside its row, whatever text is sent", () => {
    const names = fc.constantFrom("learning_rate", "epochs", "seed", "eps");
    const text = fc.oneof(fc.string(), fc.double().map(String), fc.integer().map(String));
    const property = fc.property(names, text, (name, value) => {
      let read: number;
      try {
        read = readHyperparameters({ ...required, [name]: value }, fail)[camelCase(name) as "epochs"];
      } catch (error) {
        expect(String(error)).toContain(`Hyperparameter ${name} must be`);
        return;
      }
      const { type, min, max = Number.MAX_SAFE_INTEGER } = hyperparameters[name as "seed"];
      expect(read).toBeGreaterThanOrEqual(min);
      expect(read).toBeLessThanOrEqual(max);
      if (type === "integer") expect(Number.isSafeInteger(read)).toBe(true);
    });
    fc.assert(property);
  });
});

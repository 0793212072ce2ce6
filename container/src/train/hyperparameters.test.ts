import { describe, expect, it } from "vitest";
import { JobInputError } from "../shared/errors.js";
import { parseHyperparameters } from "./hyperparameters.js";

const required = { num_classes: "10", num_training_samples: "1567" };

describe("parseHyperparameters", () => {
  it("has the built-in algorithm's defaults", () => {
    expect(parseHyperparameters(required)).toMatchObject({
      numClasses: 10,
      numTrainingSamples: 1567,
      optimizer: "sgd",
      learningRate: 0.1,
      momentum: 0.9,
      weightDecay: 1e-4,
      beta1: 0.9,
      beta2: 0.999,
      eps: 1e-8,
      gamma: 0.9,
      lrSchedulerFactor: 0.1,
      lrSchedulerStep: [],
      epochs: 30,
      miniBatchSize: 32,
      earlyStopping: false,
      earlyStoppingMinEpochs: 10,
      earlyStoppingPatience: 5,
      earlyStoppingTolerance: 0,
      imageShape: [3, 224, 224],
      withoutEffect: {},
    });
  });

  it("takes what the distracted-driver notebooks send, and says what has no effect", () => {
    const result = parseHyperparameters({
      ...required,
      num_layers: "18",
      use_pretrained_model: "1",
      image_shape: "3,210,280",
      epochs: "5",
      mini_batch_size: "128",
      learning_rate: "0.01",
      precision_dtype: "float32",
      top_k: "2",
      early_stopping: "True",
    });
    expect(result).toMatchObject({
      epochs: 5,
      miniBatchSize: 128,
      learningRate: 0.01,
      topK: 2,
      earlyStopping: true,
    });
    expect(result.imageShape).toEqual([3, 210, 280]);
    expect(Object.keys(result.withoutEffect)).toEqual([
      "num_layers",
      "use_pretrained_model",
      "precision_dtype",
    ]);
    for (const name of ["numLayers", "usePretrainedModel", "precisionDtype", "kvStore"])
      expect(result).not.toHaveProperty(name);
  });

  it("passes over what SageMaker's tuning and toolkits add", () => {
    const added = { _tuning_objective_metric: "validation:accuracy", sagemaker_region: "us-east-1" };
    expect(() => parseHyperparameters({ ...required, ...added })).not.toThrow();
  });

  it.each([
    ["num_classes", undefined, "is missing"],
    ["num_training_samples", undefined, "is missing"],
    ["num_classes", "1", "at least 2"],
    ["num_classes", "ten", "must be an integer"],
    ["num_classes", "", "must be an integer"],
    ["num_training_samples", "0", "at least 1"],
    ["num_training_samples", "1.5", "must be an integer"],
    ["optimizer", "lbfgs", "one of sgd, adam, rmsprop, nag"],
    ["learning_rate", "1.1", "a number of 0 to 1"],
    ["learning_rate", "-0.1", "a number of 0 to 1"],
    ["learning_rate", "fast", "a number of 0 to 1"],
    ["momentum", "2", "a number of 0 to 1"],
    ["weight_decay", "NaN", "a number of 0 to 1"],
    ["beta_1", "1.01", "a number of 0 to 1"],
    ["beta_2", "-1", "a number of 0 to 1"],
    ["eps", "2", "a number of 0 to 1"],
    ["gamma", "7", "a number of 0 to 1"],
    ["lr_scheduler_factor", "1.5", "a number of 0 to 1"],
    ["lr_scheduler_step", "10,5", "rising epoch numbers"],
    ["lr_scheduler_step", "10,,20", "rising epoch numbers"],
    ["epochs", "0", "at least 1"],
    ["mini_batch_size", "-5", "at least 1"],
    ["top_k", "1", "at least 2"],
    ["top_k", "11", "at most num_classes"],
    ["checkpoint_frequency", "31", "at most epochs"],
    ["early_stopping", "maybe", "0, 1, true or false"],
    ["early_stopping_patience", "0", "at least 1"],
    ["early_stopping_tolerance", "5", "a number of 0 to 1"],
    ["augmentation_type", "mirror", "one of crop"],
    ["image_shape", "224", "channels,height,width"],
    ["image_shape", "1,28,28", "3 channels"],
    ["num_layers", "42", "one of 18"],
    ["precision_dtype", "int8", "one of float32, float16"],
    ["learningrate", "0.1", "is not known"],
  ])("refuses %s = %j and says why", (name, value, message) => {
    const { [name]: _, ...others } = required as Record<string, string>;
    const given = value === undefined ? others : { ...required, [name]: value };
    expect(() => parseHyperparameters(given)).toThrow(JobInputError);
    expect(() => parseHyperparameters(given)).toThrow(new RegExp(`${name}.*${message}`));
  });

  it("lets top_k go where every class is answered by itself, and says so", () => {
    const result = parseHyperparameters({ ...required, multi_label: "1", top_k: "2" });
    expect(result).not.toHaveProperty("topK");
    expect(Object.keys(result.withoutEffect)).toEqual(["top_k"]);
  });

  it("refuses what is no object of strings", () => {
    expect(() => parseHyperparameters([])).toThrow(JobInputError);
    expect(() => parseHyperparameters({ ...required, epochs: { a: 1 } })).toThrow(
      /epochs must be an integer of at least 1, but is \{"a":1\}/,
    );
  });
});

import { expect, test } from "vitest";
import { InvalidInputError } from "../errors.js";
import { containerImage } from "../images/container-image.js";
import { algorithmImageUri, customAlgorithm } from "./algorithm.js";
import { type ImageClassificationOptions, imageClassification } from "./image-classification.js";

const basic: ImageClassificationOptions = { numClasses: 10, numTrainingSamples: 1567 };

test("sends the guide's names, strings only, and leaves the defaults to the algorithm", () => {
  const algorithm = imageClassification({
    ...basic,
    imageShape: [3, 210, 280],
    numLayers: 18,
    usePretrainedModel: true,
    epochs: 5,
    miniBatchSize: 128,
    learningRate: 0.01,
    lrSchedulerStep: [2, 4],
    earlyStopping: { patience: 3 },
  });
  expect(algorithm.hyperparameters).toEqual({
    num_classes: "10",
    num_training_samples: "1567",
    image_shape: "3,210,280",
    num_layers: "18",
    use_pretrained_model: "1",
    epochs: "5",
    mini_batch_size: "128",
    learning_rate: "0.01",
    lr_scheduler_step: "2,4",
    early_stopping: "True",
    early_stopping_patience: "3",
  });
  expect(imageClassification(basic).hyperparameters).toEqual({
    num_classes: "10",
    num_training_samples: "1567",
  });
});

test.each<[string, Partial<ImageClassificationOptions>, string]>([
  ["numClasses", { numClasses: 1 }, "one class is no choice"],
  ["numTrainingSamples", { numTrainingSamples: 0 }, "nothing to learn from"],
  ["imageShape", { imageShape: [210, 280, 3] }, "channels come first"],
  ["imageShape", { imageShape: [3, 0, 280] }, "no height"],
  ["numLayers", { numLayers: 19 }, "no such net"],
  ["numLayers", { numLayers: 20 }, "a net for small images with large ones"],
  ["numLayers", { numLayers: 20, imageShape: [3, 28, 28], usePretrainedModel: true }, "no weights for it"],
  ["miniBatchSize", { miniBatchSize: 1568 }, "more than there are images"],
  ["learningRate", { learningRate: 1.5 }, "above 1"],
  ["optimizer", { optimizer: "lion" as never }, "unknown"],
  ["topK", { topK: 1 }, "that is the accuracy itself"],
  ["checkpointFrequency", { epochs: 5, checkpointFrequency: 6 }, "never reached"],
  ["lrSchedulerStep", { lrSchedulerStep: [4, 2] }, "not ascending"],
  ["resize", { resize: 100 }, "smaller than the picture"],
  ["earlyStopping.tolerance", { earlyStopping: { tolerance: 2 } }, "above 1"],
])("refuses %s %o (%s)", (field, wrong) => {
  try {
    imageClassification({ ...basic, ...wrong });
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as InvalidInputError).field).toBe(field);
    expect((error as InvalidInputError).remedy).not.toBe("");
  }
});

test.each<[object, string]>([
  [{ learningRat: 0.1 }, 'learningRat is not known. Did you mean "learningRate"?'],
  [
    { earlyStopping: { patiense: 3 } },
    'earlyStopping.patiense is not known. Did you mean "earlyStopping.patience"?',
  ],
  [
    { image: containerImage("own:1"), extraHyperparameters: { epoch: "3" } },
    'Hyperparameter epoch is not known. Did you mean "epochs"?',
  ],
  [
    { extraHyperparameters: { epochs: "0" } },
    'Hyperparameter epochs must be an integer of at least 1, but is "0".',
  ],
  [{ learningRate: 2 }, 'Hyperparameter learning_rate must be a number of 0 to 1, but is "2".'],
])("refuses %j in the container's words", (wrong, message) => {
  expect(() => imageClassification({ ...basic, ...wrong })).toThrow(InvalidInputError);
  expect(() => imageClassification({ ...basic, ...wrong })).toThrow(message);
});

test("hyperparameters beyond our table go to the built-in image as they are, and what tools add to any", () => {
  const extraHyperparameters = { new_in_2027: "1", _tuning_objective_metric: "x", sagemaker_job_name: "y" };
  expect(imageClassification({ ...basic, extraHyperparameters }).hyperparameters).toMatchObject(
    extraHyperparameters,
  );
  const { new_in_2027: _, ...added } = extraHyperparameters;
  const own = imageClassification({ ...basic, image: containerImage("own:1"), extraHyperparameters: added });
  expect(own.hyperparameters).toMatchObject(added);
});

test("nets for small images are allowed for small images", () => {
  expect(
    imageClassification({ ...basic, numLayers: 20, imageShape: [3, 28, 28] }).hyperparameters.num_layers,
  ).toBe("20");
});

test("the image is the region's built-in one, or one's own with the same hyperparameters", () => {
  expect(algorithmImageUri(imageClassification(basic), "us-west-2")).toMatch(/^433757028032\./);
  const own = imageClassification({ ...basic, image: containerImage("own:1") });
  expect(algorithmImageUri(own, "mx-central-1")).toBe("own:1");
  expect(own.instanceFamilies).toEqual([]);
});

test("an algorithm of one's own turns values into strings and keeps the service's limits", () => {
  const image = containerImage("own:1");
  const made = customAlgorithm({ image, hyperparameters: { depth: 3, flags: { a: true }, name: "x" } });
  expect(made.hyperparameters).toEqual({ depth: "3", flags: '{"a":true}', name: "x" });
  expect(() => customAlgorithm({ image, hyperparameters: { a: "x".repeat(2501) } })).toThrow(/2,500/);
  const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`h${index}`, 1]));
  expect(() => customAlgorithm({ image, hyperparameters: many })).toThrow(/100/);
});

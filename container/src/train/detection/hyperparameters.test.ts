import { expect, it } from "vitest";
import { parseDetectionHyperparameters } from "./hyperparameters.js";

it("keeps what is trained with, and tells of what was given without effect", () => {
  const settings = parseDetectionHyperparameters({
    num_classes: "2",
    num_training_samples: "36",
    base_network: "resnet-50",
    kv_store: "dist_sync",
    task: "object-detection",
  });
  expect(settings).toMatchObject({
    numClasses: 2,
    optimizer: "sgd",
    learningRate: 0.001,
    nmsThreshold: 0.45,
  });
  expect(Object.keys(settings.withoutEffect)).toEqual(["base_network", "kv_store"]);
  for (const name of [
    "baseNetwork",
    "usePretrainedModel",
    "freezeLayerPattern",
    "labelWidth",
    "kvStore",
    "task",
  ])
    expect(settings).not.toHaveProperty(name);
});

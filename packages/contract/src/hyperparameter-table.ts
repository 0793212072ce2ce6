import type { Field, Table } from "./field.js";

const fraction = { type: "number", min: 0, max: 1 } as const;
const count = { type: "integer", min: 1 } as const;
const flag = { type: "boolean", default: false } as const;

/** When a training stops early, for both algorithms. */
export const earlyStopping = {
  early_stopping_min_epochs: { ...count, unit: "epochs", default: 10, meaning: "Never stop before" },
  early_stopping_patience: { ...count, unit: "epochs", default: 5, meaning: "Epochs without a rise" },
  early_stopping_tolerance: { ...fraction, default: 0, meaning: "Relative rise that counts" },
} as const;

/** What both algorithms take, in the same words. */
export const shared = {
  epochs: { ...count, default: 30, meaning: "Passes over channel train" },
  mini_batch_size: { ...count, default: 32, meaning: "Pictures of one step, at most num_training_samples" },
  lr_scheduler_step: {
    type: "list",
    of: count,
    items: "epoch numbers with commas",
    rising: true,
    default: [],
    meaning: "Epochs at which the learning rate changes",
  },
  seed: {
    type: "integer",
    min: 0,
    max: 2 ** 32 - 1,
    default: 0,
    meaning: "Of everything random (not the built-in image's)",
  },
} as const;

/** Numbers of layers of the nets for pictures of ImageNet's size. */
export const IMAGENET_LAYERS = [18, 34, 50, 101, 152, 200] as const;
/** Numbers of layers of the nets for pictures of CIFAR's size. */
export const CIFAR_LAYERS = [20, 32, 44, 56, 110] as const;

/**
 * SageMaker's hyperparameters of image classification, as its guide has them; `seed` is this project's container's
 * own. Sent as strings: numbers in decimals, flags as 0 and 1, lists with commas.
 */
export const hyperparameters = {
  num_classes: { type: "integer", min: 2, required: true, meaning: "Classes" },
  num_training_samples: { ...count, required: true, meaning: "Pictures in channel train" },
  image_shape: {
    type: "list",
    of: { type: "integer", min: 1, max: 16_384 },
    items: "numbers channels,height,width in pixels",
    length: 3,
    default: [3, 224, 224],
    meaning: "Size of a picture; 1 or 3 channels",
  },
  num_layers: {
    type: "choice",
    values: [...IMAGENET_LAYERS, ...CIFAR_LAYERS],
    default: 152,
    meaning: "Depth of the net; 20 to 56 and 110 are for pictures of up to 28 pixels",
  },
  use_pretrained_model: { ...flag, meaning: "Start from weights learnt on ImageNet" },
  epochs: shared.epochs,
  mini_batch_size: shared.mini_batch_size,
  learning_rate: { ...fraction, default: 0.1, meaning: "Size of a step" },
  optimizer: {
    type: "choice",
    values: ["sgd", "adam", "rmsprop", "nag"],
    default: "sgd",
    meaning: "How steps follow from gradients",
  },
  momentum: { ...fraction, default: 0.9, meaning: "Of sgd and nag" },
  weight_decay: { ...fraction, default: 0.0001, meaning: "Pull of all weights towards 0" },
  beta_1: { ...fraction, default: 0.9, meaning: "Of adam" },
  beta_2: { ...fraction, default: 0.999, meaning: "Of adam" },
  eps: { ...fraction, default: 1e-8, meaning: "Of adam and rmsprop" },
  gamma: { ...fraction, default: 0.9, meaning: "Of rmsprop" },
  lr_scheduler_factor: {
    ...fraction,
    default: 0.1,
    meaning: "What the learning rate is multiplied by at each step of the schedule",
  },
  lr_scheduler_step: shared.lr_scheduler_step,
  top_k: { type: "integer", min: 2, meaning: "Also report the accuracy among the k best classes" },
  checkpoint_frequency: { ...count, unit: "epochs", default: 1, meaning: "How often to keep a checkpoint" },
  early_stopping: { ...flag, meaning: "Stop when the validation accuracy no longer rises" },
  ...earlyStopping,
  augmentation_type: {
    type: "choice",
    values: ["crop", "crop_color", "crop_color_transform"],
    meaning: "How pictures are changed between epochs",
  },
  precision_dtype: {
    type: "choice",
    values: ["float32", "float16"],
    default: "float32",
    meaning: "Precision of weights",
  },
  kv_store: {
    type: "choice",
    values: ["dist_sync", "dist_async"],
    default: "dist_sync",
    meaning: "How several instances exchange gradients",
  },
  multi_label: {
    ...flag,
    meaning: "Several classes may hold for one picture: each record has a 0 or 1 for every class",
  },
  use_weighted_loss: {
    ...flag,
    meaning: "Weigh classes by their frequency; the built-in image does with multi_label only",
  },
  resize: {
    type: "integer",
    min: 1,
    max: 16_384,
    unit: "pixels",
    meaning: "Shorter side before cropping, of single images; larger than image_shape",
  },
  seed: shared.seed,
} as const satisfies Table & Record<string, Field>;

/** Name of a hyperparameter. */
export type HyperparameterName = keyof typeof hyperparameters;

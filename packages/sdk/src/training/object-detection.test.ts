import { expect, test } from "vitest";
import { InvalidInputError } from "../errors.js";
import { containerImage } from "../images/container-image.js";
import { algorithmImageUri } from "./algorithm.js";
import { augmentedManifestChannel, checkChannels, recordIOChannel, toInputDataConfig } from "./channels.js";
import { metricParser } from "./metrics.js";
import { type ObjectDetectionOptions, objectDetection } from "./object-detection.js";

const basic: ObjectDetectionOptions = { numClasses: 1, numTrainingSamples: 128 };

test("sends the guide's names, strings only, and leaves the defaults to the algorithm", () => {
  const options = {
    ...basic,
    baseNetwork: "resnet-50",
    imageShape: 512,
    usePretrainedModel: true,
    learningRate: 0.004,
    lrSchedulerStep: [10, 20],
    overlapThreshold: 0.5,
    nmsThreshold: 0.45,
    labelWidth: 60,
    freezeLayerPattern: "^(conv1_|conv2_).*",
    earlyStopping: { minEpochs: 5 },
  } as const;
  expect(objectDetection(options).hyperparameters).toEqual({
    num_classes: "1",
    num_training_samples: "128",
    base_network: "resnet-50",
    image_shape: "512",
    use_pretrained_model: "1",
    learning_rate: "0.004",
    lr_scheduler_step: "10,20",
    overlap_threshold: "0.5",
    nms_threshold: "0.45",
    label_width: "60",
    freeze_layer_pattern: "^(conv1_|conv2_).*",
    early_stopping: "True",
    early_stopping_min_epochs: "5",
  });
  expect(objectDetection(basic).hyperparameters).toEqual({ num_classes: "1", num_training_samples: "128" });
});

test.each<[string, Partial<ObjectDetectionOptions>, string]>([
  ["numClasses", { numClasses: 0 }, "nothing to find"],
  ["imageShape", { imageShape: 224 }, "below 300"],
  ["baseNetwork", { baseNetwork: "resnet-18" as never }, "no such net"],
  ["miniBatchSize", { miniBatchSize: 129 }, "more than there are images"],
  ["learningRate", { learningRate: 0 }, "0 itself is refused"],
  ["weightDecay", { weightDecay: 1 }, "1 itself is refused"],
  ["optimizer", { optimizer: "nag" as never }, "of the classification"],
  ["labelWidth", { labelWidth: 5 }, "no room for one box"],
  ["nmsThreshold", { nmsThreshold: 1.1 }, "above 1"],
  ["lrSchedulerStep", { lrSchedulerStep: [4, 2] }, "not ascending"],
  ["earlyStopping.tolerance", { earlyStopping: { tolerance: 2 } }, "above 1"],
  ["numLayers", { numLayers: 18 } as never, "of the classification"],
  ["task", { task: "object-detection" } as never, "said by the image"],
])("refuses %s %o (%s)", (field, wrong) => {
  try {
    objectDetection({ ...basic, ...wrong });
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as InvalidInputError).field).toBe(field);
    expect((error as InvalidInputError).remedy).not.toBe("");
  }
});

test("the image is the region's built-in one, or one's own that is told what to train", () => {
  expect(algorithmImageUri(objectDetection(basic), "eu-west-1")).toBe(
    "685385470294.dkr.ecr.eu-west-1.amazonaws.com/object-detection:1",
  );
  const own = objectDetection({ ...basic, image: containerImage("own:1") });
  expect(algorithmImageUri(own, "mx-central-1")).toBe("own:1");
  expect(own.hyperparameters.task).toBe("object-detection");
});

test("reads the metrics of the built-in algorithm's log", () => {
  const parse = metricParser(objectDetection(basic).metrics);
  const at = new Date(0);
  const start = "[11/22/2026 04:49:15 INFO 140] ";
  const values = [
    "#quality_metric: host=algo-1, epoch=3, validation mAP <score>=(0.5123)",
    "#quality_metric: host=algo-1, epoch=3, batch=4 train smooth_l1 <loss>=(0.75)",
    "#quality_metric: host=algo-1, epoch=3, batch=4 train cross_entropy <loss>=(nan)",
    "#throughput_metric: host=algo-1, train throughput=73.6 records/second",
    "#progress_metric: host=algo-1, completed 13 % of epochs",
    "Updating the best model with validation-mAP=0.5123",
  ].flatMap((line) => parse(start + line, at).map(({ name, value, epoch }) => [name, value, epoch]));
  expect(values).toEqual([
    ["validation:mAP", 0.5123, 3],
    ["train:smooth_l1", 0.75, 3],
    ["train:cross_entropy", Number.NaN, 3],
    ["train:throughput", 73.6, undefined],
    ["train:progress", 13, undefined],
  ]);
});

test("takes records, images with annotations and augmented manifests, and names a channel that it has not", () => {
  const algorithm = objectDetection(basic);
  const train = recordIOChannel("s3://road/train/");
  checkChannels(
    { train, validation: train, train_annotation: train, validation_annotation: train },
    algorithm,
  );
  expect(() => checkChannels({ train, validation: train, train_lst: train }, algorithm)).toThrow(
    "channels.train_lst is not known.",
  );
  const manifest = augmentedManifestChannel("s3://road/train.manifest", ["source-ref", "potholes"]);
  expect(toInputDataConfig("train", manifest)).toMatchObject({
    DataSource: {
      S3DataSource: { S3DataType: "AugmentedManifestFile", AttributeNames: ["source-ref", "potholes"] },
    },
    RecordWrapperType: "RecordIO",
    InputMode: "Pipe",
  });
  expect(() => augmentedManifestChannel("s3://road/train.manifest", [])).toThrow(InvalidInputError);
});

import { type OptionValues, UsageError, valued } from "@sightline/foundation/command-line";
import { numberOption, textOption } from "@sightline/foundation/option-values";
import type { TrainingAlgorithm } from "@sightline/sdk";
import type { Sdk } from "../aws/session-options.js";
import type { PackedData } from "./packed-data.js";

/** Options of the algorithm itself. */
export const ALGORITHM_OPTIONS = {
  ...valued("epochs", "learning-rate", "batch", "layers"),
  "from-scratch": { type: "boolean" },
  shape: { type: "string" },
  set: { type: "string", multiple: true },
} as const;

/** Their help. */
export const ALGORITHM_HELP = `  --epochs N           default 30
  --learning-rate R    default 0.01 of a classifier, 0.001 of a detector
  --batch N            pictures of one step (default 32, or all where there are fewer)
  --layers N           of a classifier's net: 18, 34, 50, 101, 152, 200 (default 18)
  --from-scratch       do not begin with weights learnt on ImageNet
  --shape HxW          pixels to train on (default: the pictures' own size; of a detector 300x300)
  --set NAME=VALUE     any other hyperparameter, as SageMaker calls it; may be given again`;

/** Below this side the nets with weights learnt on ImageNet are not offered (the algorithm's guide, image_shape). */
const LEAST_PRETRAINED_SIDE = 28;

/** Reads the options; the algorithm is made when the data is known. @throws UsageError for one that cannot be */
export function readAlgorithm(values: OptionValues): (sdk: Sdk, data: PackedData) => TrainingAlgorithm {
  const epochs = numberOption(values, "epochs", { min: 1, whole: true });
  const rate = numberOption(values, "learning-rate", { min: 0, max: 1 });
  const batch = numberOption(values, "batch", { min: 1, whole: true });
  const layers = numberOption(values, "layers", { min: 1, whole: true }) ?? 18;
  const image = textOption(values, "image");
  const extraHyperparameters = assignments(values.set);
  return (sdk, data) => {
    const { imageShape, numClasses, numTrainingSamples, labelWidth } = data;
    const [, height, width] = imageShape;
    const common = {
      numClasses,
      numTrainingSamples,
      miniBatchSize: Math.min(batch ?? 32, numTrainingSamples),
      extraHyperparameters,
      ...(epochs !== undefined && { epochs }),
      ...(image !== undefined && { image: sdk.containerImage(image) }),
    };
    const pretrained = values["from-scratch"] !== true;
    if (data.task === "object-detection") {
      return sdk.objectDetection({
        ...common,
        usePretrainedModel: pretrained,
        ...(values.shape !== undefined && { imageShape: height }),
        ...(rate !== undefined && { learningRate: rate }),
        // The algorithm's own default, or more where a record has more boxes.
        labelWidth: Math.max(350, labelWidth ?? 0),
      });
    }
    return sdk.imageClassification({
      ...common,
      imageShape,
      numLayers: layers,
      learningRate: rate ?? 0.01,
      usePretrainedModel: pretrained && Math.min(height, width) > LEAST_PRETRAINED_SIDE,
    });
  };
}

function assignments(given: OptionValues[string]): Record<string, string> {
  return Object.fromEntries(
    (Array.isArray(given) ? given : []).map((text) => {
      const [, name, value] = /^([A-Za-z_][\w-]*)=(.*)$/.exec(String(text)) ?? [];
      if (name === undefined || value === undefined)
        throw new UsageError(`--set takes NAME=VALUE, not "${text}".`);
      return [name, value];
    }),
  );
}

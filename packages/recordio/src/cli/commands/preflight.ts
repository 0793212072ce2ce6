import { type Command, type OptionValues, UsageError } from "@sightline/foundation/command-line";
import { choiceOption, numberOption, textOption } from "@sightline/foundation/option-values";
import { preflight } from "../../sagemaker/preflight.js";
import type { ClassificationOptions } from "../../sagemaker/preflight-options.js";

/** `recordio preflight`. */
export const preflightCommand: Command = {
  help: `recordio preflight: check channels for SageMaker's built-in algorithms, before a job is paid for

Usage: recordio preflight --train FILE.rec [--validation FILE.rec] [options]

Prints num_classes, num_training_samples, label_width for boxes, the class map, and what is wrong. Exit code 1 when the
job would fail.

  --task TASK           image-classification (default), multi-label (every record has a 0 or 1 for each class) or
                        object-detection (every record has boxes)
  --image-shape C,H,W   the job's image_shape; object detection makes every image its size and takes none
  --resize N            the job's resize, when it is set; not with object detection
  --mini-batch-size N   default 32
  --num-classes N       default: the largest label plus one; with multi-label the number of labels
  --json

Examples:
  recordio preflight --task object-detection --train out/train.rec --validation out/validation.rec
  recordio preflight --train out/train.rec --validation out/validation.rec --image-shape 3,210,280
`,
  options: {
    train: { type: "string", multiple: true },
    validation: { type: "string", multiple: true },
    "image-shape": { type: "string" },
    "mini-batch-size": { type: "string" },
    resize: { type: "string" },
    "num-classes": { type: "string" },
    task: { type: "string" },
    json: { type: "boolean" },
  },
  async run(positionals, values, io) {
    if (positionals.length > 0) throw new UsageError(`Unexpected argument "${positionals[0]}".`);
    const task = choiceOption(values, "task", TASKS) ?? "image-classification";
    const train = files(values.train);
    if (train.length === 0) throw new UsageError("--train is missing.");
    const validation = files(values.validation);
    const miniBatchSize = numberOption(values, "mini-batch-size", { min: 1, whole: true });
    if (task === "object-detection" && (values["image-shape"] ?? values.resize) !== undefined) {
      throw new UsageError(
        "Object detection makes every image the size that it wants; leave --image-shape and --resize out.",
      );
    }
    const numClasses = numberOption(values, "num-classes", { min: 1, whole: true });
    const result = await preflight(
      { train, ...(validation.length > 0 && { validation }) },
      {
        ...(task === "object-detection" ? { task } : { task, ...imageOptions(values) }),
        signal: io.signal,
        ...(miniBatchSize !== undefined && { miniBatchSize }),
        ...(numClasses !== undefined && { numClasses }),
      },
    );
    if (values.json === true) {
      io.out(`${JSON.stringify(result, undefined, 2)}\n`);
    } else {
      io.out(`num_classes=${result.numClasses}\nnum_training_samples=${result.numTrainingSamples}\n`);
      if (result.labelWidth !== undefined) io.out(`label_width=${result.labelWidth}\n`);
      for (const [label, { name, records }] of Object.entries(result.classMap)) {
        const counts = Object.entries(records).map(([channel, count]) => `${channel} ${count}`);
        io.out(`class ${label} ${name}: ${counts.join(", ")}\n`);
      }
      for (const { severity, channel, message } of result.problems)
        io.out(`${severity}: ${channel}: ${message}\n`);
    }
    return result.ok ? 0 : 1;
  },
};

const TASKS = ["image-classification", "multi-label", "object-detection"] as const;

function imageOptions(values: OptionValues): Pick<ClassificationOptions, "imageShape" | "resize"> {
  const shape = (textOption(values, "image-shape") ?? "").split(",").map(Number);
  if (shape.length !== 3 || shape.some((side) => !Number.isInteger(side) || side < 1)) {
    throw new UsageError("--image-shape takes CHANNELS,HEIGHT,WIDTH, such as 3,224,224.");
  }
  const resize = numberOption(values, "resize", { min: 1, whole: true });
  return { imageShape: shape as [number, number, number], ...(resize !== undefined && { resize }) };
}

function files(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

import { type Command, UsageError } from "@sightline/foundation/command-line";
import { numberOption, textOption } from "@sightline/foundation/option-values";
import { preflight } from "../../sagemaker/preflight.js";

/** `recordio preflight`. */
export const preflightCommand: Command = {
  help: `recordio preflight: check channels for SageMaker's image classification, before a job is paid for

Usage: recordio preflight --train FILE.rec [--validation FILE.rec] --image-shape 3,224,224 [options]

Prints num_classes, num_training_samples, the class map, and what is wrong. Exit code 1 when the job would fail.

  --mini-batch-size N   default 32
  --resize N            the job's resize, when it is set
  --num-classes N       default: the largest label plus one; with --multi-label the number of labels
  --multi-label         every record has a 0 or 1 for each class
  --json

Example:
  recordio preflight --train out/train.rec --validation out/validation.rec --image-shape 3,210,280
`,
  options: {
    train: { type: "string", multiple: true },
    validation: { type: "string", multiple: true },
    "image-shape": { type: "string" },
    "mini-batch-size": { type: "string" },
    resize: { type: "string" },
    "num-classes": { type: "string" },
    "multi-label": { type: "boolean" },
    json: { type: "boolean" },
  },
  async run(positionals, values, io) {
    if (positionals.length > 0) throw new UsageError(`Unexpected argument "${positionals[0]}".`);
    const shape = (textOption(values, "image-shape") ?? "").split(",").map(Number);
    if (shape.length !== 3 || shape.some((side) => !Number.isInteger(side) || side < 1)) {
      throw new UsageError("--image-shape takes CHANNELS,HEIGHT,WIDTH, such as 3,224,224.");
    }
    const train = files(values.train);
    if (train.length === 0) throw new UsageError("--train is missing.");
    const validation = files(values.validation);
    const miniBatchSize = numberOption(values, "mini-batch-size", { min: 1, whole: true });
    const resize = numberOption(values, "resize", { min: 1, whole: true });
    const numClasses = numberOption(values, "num-classes", { min: 1, whole: true });
    const result = await preflight(
      { train, ...(validation.length > 0 && { validation }) },
      {
        imageShape: shape as [number, number, number],
        signal: io.signal,
        ...(miniBatchSize !== undefined && { miniBatchSize }),
        ...(resize !== undefined && { resize }),
        ...(numClasses !== undefined && { numClasses }),
        ...(values["multi-label"] === true && { multiLabel: true }),
      },
    );
    if (values.json === true) {
      io.out(`${JSON.stringify(result, undefined, 2)}\n`);
    } else {
      io.out(`num_classes=${result.numClasses}\nnum_training_samples=${result.numTrainingSamples}\n`);
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

function files(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

import { type Command, type Program, runAsProgram } from "@sightline/foundation/command-line";
import { positional, textOption } from "@sightline/foundation/option-values";
import { MxnetError } from "./errors.js";
import { readLabels, writeServedModel } from "./write-served-model.js";

const help = `mxnet2onnx: a model of SageMaker's built-in image classification or object detection to ONNX

Usage: mxnet2onnx MODEL OUT [options]

MODEL is the model.tar.gz of a training job, or a folder into which it was unpacked. OUT gets model.onnx and the
manifest.json with which the Sightline container serves it.

Options:
  --labels FILE   class names in class-id order, a JSON list; default: the class ids
  --json          what was converted, as JSON on stdout
  --help          this text
  --version

Exit status: 0 done, 1 the model cannot be converted, 2 the command line is wrong.

Example:
  mxnet2onnx model.tar.gz out/model --labels labels.json
`;

const command: Command = {
  help,
  options: { labels: { type: "string" }, json: { type: "boolean" } },
  async run(positionals, values, io) {
    const [model, out] = positional(positionals, "MODEL", "OUT") as [string, string];
    const labelsPath = textOption(values, "labels");
    const labels = labelsPath === undefined ? {} : { labels: await readLabels(labelsPath) };
    const { task, classes, inputShape, params } = await writeServedModel(model, out, labels);
    const told = { task, classes, inputShape, params, folder: out };
    if (values.json === true) io.out(`${JSON.stringify(told)}\n`);
    else
      io.out(
        `${out}/model.onnx: ${task} of ${classes} classes, input ${inputShape.join("x")}, from ${params}\n`,
      );
    return 0;
  },
};

const program: Program = {
  name: "mxnet2onnx",
  version: "0.1.0",
  help,
  commands: [],
  otherwise: async () => command,
  isExpected: (error) => error instanceof MxnetError,
};

await runAsProgram(program);

import { resolve } from "node:path";
import { type Command, type OptionValues, UsageError } from "@sightline/foundation/command-line";
import { choiceOption, numberOption, textOption } from "@sightline/foundation/option-values";

/** How a set of pictures is split into what is learnt from and what is held out. */
export type SplitKind = "random" | "stratified" | "group";

/** What the quickstart was asked to do. Paths are absolute. */
export interface QuickstartOptions {
  /** Folder with one sub-folder of pictures a class; undefined: synthetic pictures. */
  readonly images: string | undefined;
  /** CSV file that names every picture's class and subject. */
  readonly labels: string | undefined;
  /** The column of `labels` that holds the subject. */
  readonly group: string;
  /** The split that the endpoint and the result stand for; undefined: by subject where subjects are known. */
  readonly split: SplitKind | undefined;
  /** ONNX network whose features are reused. */
  readonly backbone: string | undefined;
  /** Video to mark up; undefined: a synthetic road. */
  readonly video: string | undefined;
  /** ONNX detector; undefined: the one built for the synthetic road. */
  readonly model: string | undefined;
  /** Folder of report, result and everything in between. */
  readonly out: string;
  /** Leaves the local SageMaker and its endpoints running until Ctrl-C. */
  readonly keep: boolean;
  /** TCP port of the local SageMaker; 0: any free one. */
  readonly port: number;
  /** Prints result.json on stdout. */
  readonly json: boolean;
}

export const usage = `Usage: npx -y pnpm@10 quickstart [options]

Trains, deploys and questions an image classifier, marks up a video, and writes one report; all of it on
this machine, with a local SageMaker. Without options the pictures and the video are drawn by code.

Classify images
  --images DIR       a folder with one sub-folder of pictures for each class
  --labels CSV       names the subject of each picture, columns subject,classname,img
  --group COLUMN     the column of --labels that holds the subject (default: subject)
  --split KIND       random, stratified or group: which pictures are held out (default: group where
                     subjects are known, else stratified); with subjects, both ways are compared
  --backbone ONNX    a network whose features are reused, with its NAME.preprocess.json beside it

Mark up a video
  --video FILE       a video that ffmpeg reads; needs --model
  --model ONNX       a detector, for example a YOLOv8 or YOLOX export

Running
  --out DIR          report, result.json, executed notebooks (default: out/quickstart)
  --keep             leave the endpoints up until Ctrl-C, and print how to reach them
  --port N           port of the local SageMaker (default: 0, any free one)
  --json             print result.json on stdout
  --help             this text

Examples
  npx -y pnpm@10 quickstart
  npx -y pnpm@10 quickstart --images photos --backbone squeezenet.onnx
  npx -y pnpm@10 quickstart --video drive.mp4 --model potholes.onnx --keep

Exit status: 0 done, 1 a step failed, 2 an option or an input cannot be used, 130 and 143 after Ctrl-C and SIGTERM.
`;

/** The options, as `parseArgs` takes them. */
export const optionKinds = {
  images: { type: "string" },
  labels: { type: "string" },
  group: { type: "string" },
  split: { type: "string" },
  backbone: { type: "string" },
  video: { type: "string" },
  model: { type: "string" },
  out: { type: "string" },
  keep: { type: "boolean" },
  port: { type: "string" },
  json: { type: "boolean" },
} as const satisfies Command["options"];

/**
 * Reads the options. Relative paths start at `cwd`.
 *
 * @throws UsageError for one that has no sense, or does not go with another
 */
export function readOptions(values: OptionValues, cwd: string): QuickstartOptions {
  // An empty one is an unset variable of a script; resolved, it would stand for the folder that one happens to be in.
  const path = (name: keyof typeof optionKinds) => {
    const text = textOption(values, name);
    return text === undefined ? undefined : resolve(cwd, text);
  };
  const split = choiceOption(values, "split", ["random", "stratified", "group"]);
  const group = textOption(values, "group");
  const options = {
    images: path("images"),
    labels: path("labels"),
    group: group ?? "subject",
    split,
    backbone: path("backbone"),
    video: path("video"),
    model: path("model"),
    out: path("out") ?? resolve(cwd, "out/quickstart"),
    keep: values.keep === true,
    port: numberOption(values, "port", { min: 0, max: 65_535, whole: true }) ?? 0,
    json: values.json === true,
  };
  const { images, labels, video, model } = options;
  if (images === undefined && labels !== undefined)
    throw new UsageError("--labels names the subjects of the pictures of --images, which is missing.");
  if (group !== undefined && labels === undefined && images !== undefined)
    throw new UsageError("--group is a column of the file that --labels names, which is missing.");
  if (split === "group" && images !== undefined && labels === undefined)
    throw new UsageError("--split group needs --labels: a CSV file that names the subject of each picture.");
  if (video !== undefined && model === undefined)
    throw new UsageError(
      "--video needs --model: the detector that comes with the quickstart only knows its synthetic road.",
    );
  return options;
}

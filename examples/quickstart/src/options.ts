import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { UsageError } from "./errors.js";

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
  --port N           port of the local SageMaker (default: any free one)
  --json             print result.json on stdout
  --help             this text

Examples
  npx -y pnpm@10 quickstart
  npx -y pnpm@10 quickstart --images photos --backbone squeezenet.onnx
  npx -y pnpm@10 quickstart --video drive.mp4 --model potholes.onnx --keep

Exit status: 0 done, 1 a step failed, 2 an option or an input cannot be used, 130 and 143 after Ctrl-C and SIGTERM.
`;

/**
 * Reads the command line. Relative paths start at `cwd`.
 *
 * @returns "help" when that is all that was asked for
 * @throws UsageError for an option that is unknown, lacks its value, or does not go with another
 */
export function readOptions(args: readonly string[], cwd: string): QuickstartOptions | "help" {
  const { values } = parse(args);
  if (values.help) return "help";
  // An unset variable of a script; resolved, it would stand for the folder that one happens to be in.
  const empty = Object.entries(values).find(([, value]) => value === "");
  if (empty !== undefined) throw new UsageError(`--${empty[0]} is empty; give it a value or leave it out.`);
  const path = (value: string | undefined) => (value === undefined ? undefined : resolve(cwd, value));
  if (values.images === undefined && values.labels !== undefined)
    throw new UsageError("--labels names the subjects of the pictures of --images, which is missing.");
  if (values.group !== undefined && values.labels === undefined && values.images !== undefined)
    throw new UsageError("--group is a column of the file that --labels names, which is missing.");
  if (values.split === "group" && values.images !== undefined && values.labels === undefined)
    throw new UsageError("--split group needs --labels: a CSV file that names the subject of each picture.");
  if (values.video !== undefined && values.model === undefined)
    throw new UsageError(
      "--video needs --model: the detector that comes with the quickstart only knows its synthetic road.",
    );
  return {
    images: path(values.images),
    labels: path(values.labels),
    group: values.group ?? "subject",
    split: splitKind(values.split),
    backbone: path(values.backbone),
    video: path(values.video),
    model: path(values.model),
    out: resolve(cwd, values.out ?? "out/quickstart"),
    keep: values.keep ?? false,
    port: portNumber(values.port),
    json: values.json ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      // `pnpm quickstart -- --keep` hands the first `--` on.
      args: args[0] === "--" ? args.slice(1) : [...args],
      options: {
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
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function splitKind(value: string | undefined): SplitKind | undefined {
  if (value === undefined || value === "random" || value === "stratified" || value === "group") return value;
  throw new UsageError(`--split is random, stratified or group, not "${value}".`);
}

function portNumber(value = "0"): number {
  const port = Number(value);
  if (/^\d+$/.test(value) && port <= 65_535) return port;
  throw new UsageError(`--port is a number from 1 to 65535, not "${value}".`);
}

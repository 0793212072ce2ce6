#!/usr/bin/env node
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { ProcessTask } from "./process/context.js";
import { readCluster } from "./process/job-config.js";
import { JobInputError, messageOf, stackOf } from "./shared/errors.js";
import { leaveNote } from "./shared/leave-note.js";
import { mlPaths } from "./shared/ml-root.js";

// The program `process` of a SageMaker processing job: every host does its share, a second job with one host joins.

const HELP = `process TASK [options]: one host's share of a large data set or of a long video

Tasks
  pack          images -> NAME-0000i-of-0000n.rec (host i of n)
                reads processing/input/images, and processing/input/list/*.lst where there is one
                --name NAME  --resize SHORT_EDGE  --quality 1..100  --pass-through  --on-error fail|skip|placeholder
                --images DIR  --list FILE
  join-records  parts of all hosts -> NAME.rec, checked; reads processing/input/parts
                --parts DIR  --name NAME
  mark-up       a share of a video -> shards; with one host the whole marked-up video and its detections
                reads processing/input/video and processing/input/model (manifest.json and the model)
                --video DIR  --model DIR
  join-video    shards of all hosts -> the marked-up video and its detections; reads processing/input/parts
                --video DIR  --parts DIR

All tasks write to processing/output, or --output DIR. Folders are below /opt/ml, or SIGHTLINE_ML_ROOT.
Which share is this host's comes from config/resourceconfig.json.

Example: ContainerArguments ["pack", "--resize", "210", "--name", "train"] on four instances, then ["join-records"] on one.
`;

const TASKS: Readonly<Record<string, () => Promise<ProcessTask>>> = {
  pack: async () => (await import("./process/pack.js")).pack,
  "join-records": async () => (await import("./process/join-records.js")).joinRecords,
  "mark-up": async () => (await import("./process/videos.js")).markUp,
  "join-video": async () => (await import("./process/videos.js")).joinVideo,
};

const text = { type: "string" } as const;
const OPTIONS = {
  name: text,
  images: text,
  list: text,
  parts: text,
  video: text,
  model: text,
  output: text,
  resize: text,
  quality: text,
  "on-error": text,
  "pass-through": { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

function log(message: string): void {
  process.stdout.write(`${new Date().toISOString()} ${message}\n`);
}

async function main(root: string, signal: AbortSignal): Promise<number> {
  const { values, positionals } = readArguments();
  if (values.help || positionals.length === 0) {
    process.stdout.write(HELP);
    return values.help ? 0 : 2;
  }
  const open = Object.hasOwn(TASKS, positionals[0]!) ? TASKS[positionals[0]!] : undefined;
  if (!open || positionals.length > 1) {
    throw new JobInputError(
      `Unknown task "${positionals.join(" ")}"; there are ${Object.keys(TASKS).join(", ")}. See --help.`,
    );
  }
  const { "pass-through": passThrough, help: _, ...strings } = values;
  const options = { ...strings, ...(passThrough ? { "pass-through": "true" } : {}) };
  const output = values.output ?? join(root, "processing/output");
  await mkdir(output, { recursive: true });
  const cluster = await readCluster(root);
  const task = await open();
  const message = await task({ root, cluster, options, output, log, signal });
  log(message);
  await leaveNote(messagePath(root), message, log);
  return 0;
}

function readArguments() {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (cause) {
    throw new JobInputError(`${messageOf(cause)} See --help.`, { cause });
  }
}

/** What becomes the job's ExitMessage. */
function messagePath(root: string): string {
  return join(root, "output/message");
}

const stop = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
}

const { root } = mlPaths();
try {
  process.exitCode = await main(root, stop.signal);
} catch (error) {
  if (stop.signal.aborted && error === stop.signal.reason) {
    log(`Stopped: ${messageOf(error)}`);
    process.exitCode = 143;
  } else {
    process.stderr.write(`process: ${messageOf(error)}\n${stackOf(error)}`);
    await leaveNote(messagePath(root), messageOf(error), log);
    process.exitCode = 1;
  }
}

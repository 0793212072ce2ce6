import type { CliIO } from "@sightline/foundation/command-line";
import type { LongWork } from "@sightline/foundation/long-work";
import { ProgressLine, progressTarget } from "@sightline/foundation/progress-line";
import { detectVideo } from "../detect-video.js";
import { createPool, type HostPool } from "../inference/pool.js";
import { joinShards } from "../join-shards.js";
import { markUpImages } from "../mark-up-images.js";
import type { MarkUpImagesProgress } from "../mark-up-images-options.js";
import { markUpStream } from "../mark-up-stream.js";
import type { MarkUpStreamProgress } from "../mark-up-stream-options.js";
import { markUpVideo } from "../mark-up-video.js";
import type { MarkUpProgress } from "../pipeline/job-results.js";
import { shardPaths } from "../pipeline/shard-files.js";
import { hasFinishedSegments } from "../pipeline/work-folder.js";
import { renderVideo } from "../render-video.js";
import type { Work } from "./arguments.js";
import { performRecordCommand } from "./perform-record-command.js";
import { isRecordCommand, type RecordCommand } from "./record-arguments.js";
import { report } from "./report.js";
import { showProgress } from "./show-progress.js";

type Job = Exclude<Work, RecordCommand>;
type Progress = MarkUpProgress | MarkUpImagesProgress | MarkUpStreamProgress;

/** Does what a command line asks for. @returns the exit status */
export async function perform(command: Work, io: CliIO): Promise<number> {
  if (isRecordCommand(command)) {
    report(command, await performRecordCommand(command, io.signal), io);
    return 0;
  }
  const { workers } = command;
  const pool = createPool(workers === undefined ? {} : { workers });
  const line = new ProgressLine(progressTarget(io));
  try {
    const job = start(command, pool, io.signal);
    for await (const event of job) showProgress(line, event);
    line.clear();
    report(command, await job, io);
    return 0;
  } catch (error) {
    line.clear();
    if (io.signal.aborted && keepsSegments(command)) {
      io.err("The same command goes on at the last finished segment.\n");
    }
    throw error;
  } finally {
    await pool.close();
  }
}

function start(command: Job, pool: HostPool, signal: AbortSignal): LongWork<Progress, object> {
  if (command.kind === "live") {
    const input = command.input === "-" ? process.stdin : command.input;
    const output = command.output === "-" ? process.stdout : command.output;
    // A live stream has no other end: it is closed in order.
    return markUpStream(input, output, { ...command.options, pool, stop: signal });
  }
  if (command.kind === "images") {
    return markUpImages(command.input, command.output, { ...command.options, pool, signal });
  }
  const { input, output, detections } = command;
  const common = { pool, signal, onAbort: "keep" } as const;
  const records = detections !== undefined && { detectionsPath: detections };
  switch (command.kind) {
    case "mark-up":
      return markUpVideo(input, output, { ...command.options, ...common, ...records });
    case "detect":
      return detectVideo(input, output, { ...command.options, ...common });
    case "render":
      return renderVideo(input, detections!, output, { ...command.options, ...common });
    case "join":
      return joinShards(input, output, { count: command.shards, signal, ...command.options, ...records });
  }
}

/** Whether an aborted command has left something for a later run. */
function keepsSegments(command: Job): boolean {
  if (command.kind === "images" || command.kind === "live" || command.kind === "join") return false;
  const { shard } = command.options;
  const isVideo = command.kind === "mark-up" && shard !== undefined;
  return hasFinishedSegments(isVideo ? shardPaths(command.output, shard).video : command.output);
}

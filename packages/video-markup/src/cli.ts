#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { type Command, readArguments } from "./cli/arguments.js";
import { help } from "./cli/help.js";
import { performRecordCommand } from "./cli/perform-record-command.js";
import { ProgressLine } from "./cli/progress-line.js";
import { type RecordCommand, recordVerbs } from "./cli/record-arguments.js";
import { UsageError } from "./cli/usage-error.js";
import { detectVideo } from "./detect-video.js";
import { createPool, type HostPool } from "./inference/pool.js";
import { joinShards } from "./join-shards.js";
import { markUpImages } from "./mark-up-images.js";
import type { MarkUpImagesProgress } from "./mark-up-images-options.js";
import { markUpStream } from "./mark-up-stream.js";
import type { MarkUpStreamProgress } from "./mark-up-stream-options.js";
import { markUpVideo } from "./mark-up-video.js";
import type { MarkUpProgress } from "./pipeline/job-results.js";
import { renderVideo } from "./render-video.js";

type Work = Exclude<Command, { kind: "help" | "version" }>;
type Job = Exclude<Work, RecordCommand>;

// Progress that nobody can see ends no work, and `video-markup --help | head` is no error.
process.stderr.on("error", () => {});
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") return;
  process.stderr.write(`video-markup: the result cannot be written: ${error.message}\n`);
  process.once("exit", () => {
    process.exitCode = 1;
  });
});
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let command: Command;
  try {
    command = readArguments(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`video-markup: ${error.message}\nvideo-markup --help shows what there is\n`);
    return 2;
  }
  if (command.kind === "help") {
    process.stdout.write(help);
    return args.length === 0 ? 2 : 0;
  }
  if (command.kind === "version") {
    process.stdout.write(`${version()}\n`);
    return 0;
  }
  return await perform(command);
}

async function perform(command: Work): Promise<number> {
  const interrupt = new AbortController();
  const stop = new AbortController();
  const live = command.kind === "live";
  const onSignal = (signal: NodeJS.Signals) => {
    // A live stream has no other end: it is closed in order, and the second time at once.
    if (live && !stop.signal.aborted) stop.abort();
    else interrupt.abort(new Error(`stopped by ${signal}`));
  };
  const listen = live ? "on" : "once";
  process[listen]("SIGINT", onSignal)[listen]("SIGTERM", onSignal);
  const workers = "workers" in command ? command.workers : undefined;
  const pool = createPool(workers === undefined ? {} : { workers });
  const line = new ProgressLine(process.stderr);
  try {
    if (isRecordCommand(command)) {
      report(command, await performRecordCommand(command, interrupt.signal));
      return 0;
    }
    const events = start(command, pool, interrupt.signal, stop.signal);
    for (;;) {
      const next = await events.next();
      if (next.done === true) {
        line.clear();
        report(command, next.value);
        return 0;
      }
      line.show(next.value);
    }
  } catch (error) {
    line.clear();
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`video-markup: ${message}\n`);
    if (!interrupt.signal.aborted) return 1;
    if (!isRecordCommand(command) && command.kind !== "images" && !live) {
      process.stderr.write("the same command goes on at the last finished segment\n");
    }
    return 130;
  } finally {
    await pool.close();
    if (live) process.stdin.destroy();
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

function isRecordCommand(command: Work): command is RecordCommand {
  return recordVerbs.some((verb) => verb === command.kind);
}

function start(
  command: Job,
  pool: HostPool,
  signal: AbortSignal,
  stop: AbortSignal,
): AsyncGenerator<MarkUpProgress | MarkUpImagesProgress | MarkUpStreamProgress, object> {
  if (command.kind === "live") {
    const input = command.input === "-" ? process.stdin : command.input;
    const output = command.output === "-" ? process.stdout : command.output;
    return markUpStream(input, output, { ...command.options, pool, signal, stop });
  }
  if (command.kind === "images") {
    return markUpImages(command.input, command.output, { ...command.options, pool, signal });
  }
  const { input, output, detections } = command;
  const common = { pool, signal, onAbort: "keep" } as const;
  switch (command.kind) {
    case "mark-up":
      return markUpVideo(input, output, {
        ...command.options,
        ...common,
        ...(detections !== undefined && { detectionsPath: detections }),
      });
    case "detect":
      return detectVideo(input, output, { ...command.options, ...common });
    case "render":
      return renderVideo(input, detections!, output, { ...command.options, ...common });
    case "join":
      return joinShards(input, output, {
        count: command.shards,
        signal,
        ...(command.maxSeconds !== undefined && { maxSeconds: command.maxSeconds }),
        ...(detections !== undefined && { detectionsPath: detections }),
      });
  }
}

function report(command: Work, result: object): void {
  // Standard output may be the video's.
  const target = command.kind === "live" && command.output === "-" ? process.stderr : process.stdout;
  if (command.json) {
    target.write(`${JSON.stringify(result)}\n`);
    return;
  }
  const {
    warnings = [],
    refusedProviders = [],
    ...rest
  } = result as {
    warnings?: readonly string[];
    refusedProviders?: readonly { provider: string; reason: string }[];
  };
  for (const warning of warnings) process.stderr.write(`note: ${warning}\n`);
  for (const { provider, reason } of refusedProviders) {
    process.stderr.write(`note: ${provider} was not used: ${reason.split("\n")[0]}\n`);
  }
  const rows = Object.entries(rest).filter(([, value]) => value !== undefined);
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) target.write(`${name.padEnd(width)}  ${show(value)}\n`);
}

function show(value: unknown): string {
  if (typeof value === "object") return JSON.stringify(value);
  return typeof value === "number" && !Number.isInteger(value) ? value.toFixed(2) : String(value);
}

function version(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

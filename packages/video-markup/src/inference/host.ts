/**
 * An inference host: a child process that owns one session and its own ffmpegs, so that pixels never
 * cross the parent, and a crash or a hang in native code costs one segment. Started by `host-process.ts`.
 */
import { rememberFfmpeg } from "../media/find-ffmpeg.js";
import { onFfmpegChildren } from "../media/run-ffmpeg.js";
import { runDetectTask } from "./detect-task.js";
import type { FromHost, HostTask, TaskResult, ToHost } from "./host-protocol.js";
import { runLiveTask } from "./live-task.js";
import { releaseModel } from "./loaded-model.js";
import { runMarkTask } from "./mark-task.js";
import { runPicturesTask } from "./pictures-task.js";
import { toPlainError } from "./plain-error.js";
import { runRenderTask } from "./render-task.js";
import type { TaskContext } from "./task-context.js";

/** Progress is told at most this often. */
const progressIntervalMs = 250;

const aborts = new Map<number, AbortController>();
const stops = new Map<number, AbortController>();

process.on("message", (message: ToHost) => {
  if (message.kind === "task") {
    if (message.ffmpeg) rememberFfmpeg(message.ffmpeg);
    void perform(message.id, message.task);
  }
  if (message.kind === "abort") aborts.get(message.id)?.abort(new Error("aborted by the parent"));
  if (message.kind === "stop") stops.get(message.id)?.abort();
  if (message.kind === "exit") void leave();
});

// The parent is gone, by whatever end: its closed channel is the only sign that SIGKILL leaves.
process.on("disconnect", () => process.exit(1));
// Ctrl-C reaches the whole process group; the parent decides what happens to its hosts.
process.on("SIGINT", () => {});

onFfmpegChildren((pids) => send({ kind: "children", pids }));
send({ kind: "ready" });

async function perform(id: number, task: HostTask): Promise<void> {
  const abort = new AbortController();
  aborts.set(id, abort);
  const stop = new AbortController();
  stops.set(id, stop);
  let told = 0;
  const context: TaskContext = {
    signal: abort.signal,
    stop: stop.signal,
    onRecord: (live) => send({ kind: "record", id, live }),
    onFrames: (frames) => {
      const now = performance.now();
      if (now - told < progressIntervalMs) return;
      told = now;
      send({ kind: "progress", id, frames });
    },
  };
  try {
    const result = await run(task, context);
    send({ kind: "done", id, result, rssBytes: process.memoryUsage.rss() });
  } catch (error) {
    send({ kind: "failed", id, error: toPlainError(error) });
  } finally {
    aborts.delete(id);
    stops.delete(id);
  }
}

function run(task: HostTask, context: TaskContext): Promise<TaskResult> {
  if (task.kind === "mark") return runMarkTask(task, context);
  if (task.kind === "live") return runLiveTask(task, context);
  if (task.kind === "pictures") return runPicturesTask(task, context);
  return task.kind === "detect" ? runDetectTask(task, context) : runRenderTask(task, context);
}

async function leave(): Promise<void> {
  await releaseModel();
  process.exit(0);
}

function send(message: FromHost): void {
  if (process.connected) process.send?.(message);
}

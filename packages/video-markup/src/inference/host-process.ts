import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundledWithout } from "@sightline/foundation/bundled-without";
import { startChild } from "@sightline/foundation/supervised-child";
import { HostError } from "../errors.js";
import { knownFfmpeg } from "../media/find-ffmpeg.js";
import { keepFreedMemory } from "../media/run-ffmpeg.js";
import type { FromHost, HostTask, LiveRecord, TaskResult, ToHost } from "./host-protocol.js";
import { fromPlainError } from "./plain-error.js";

/** A host child process as its parent sees it. */
export interface HostProcess {
  readonly pid: number | undefined;
  /** False once it has ended, or is about to. */
  readonly alive: boolean;
  /** Tasks that it has finished. */
  readonly finishedTasks: number;
  /** Memory in bytes after its last task. */
  readonly rssBytes: number;
  /**
   * Runs a task, beside those that are running. Rejects with the task's own error, with a {@link HostError} when the process ends or
   * stays silent for `silenceMs`, or with the signal's reason.
   */
  run(task: HostTask, options: RunTaskOptions): Promise<TaskResult>;
  /** Lets it end by itself, for use when it is idle; fulfilled when it has ended. */
  dismiss(): Promise<void>;
  /** Ends it and its ffmpegs at once. */
  kill(): void;
}

/** Options of `HostProcess.run`. */
export interface RunTaskOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onFrames?: ((frames: number) => void) | undefined;
  /** Told what was found in each frame of a live stream. */
  readonly onRecord?: ((record: LiveRecord) => void) | undefined;
  /** Ends a live stream in order. */
  readonly stop?: AbortSignal | undefined;
  /** Silence after which the host counts as hung, in milliseconds. */
  readonly silenceMs: number;
}

/** An aborted task gets this long to kill its ffmpegs and clear up before its host is killed. */
const abortGraceMs = 1500;

/** An idle host gets this long to free its model and end. */
const leaveGraceMs = 10_000;

/** Starts a host. */
export function startHost(): HostProcess {
  let finishedTasks = 0;
  let rssBytes = 0;
  let nextId = 1;
  let ffmpegs: readonly number[] = [];
  let stderr = "";
  const current = new Map<number, { hear: (message: FromHost) => void; fail: (error: Error) => void }>();

  const child = startChild<ToHost, FromHost>({
    command: [process.execPath, hostScript()],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    env: hostEnvironment(),
    // A host that the system ends costs a segment's second try; its parent would cost the job.
    expendable: true,
    onMessage(message) {
      if (message.kind === "children") ffmpegs = message.pids;
      else if (message.kind !== "ready") current.get(message.id)?.hear(message);
    },
    onEnd({ how, cause }) {
      killAll(ffmpegs);
      ffmpegs = [];
      const words = stderr.trim() === "" ? "" : `; it last said: ${stderr.trim().slice(-300)}`;
      const error = new HostError(`an inference host ${how}${words}`, { cause });
      for (const task of [...current.values()]) task.fail(error);
    },
  });
  const { process: spawned } = child;
  const letGo = () => {
    spawned.unref();
    spawned.channel?.unref();
  };
  // A program that has nothing else to wait for may end while hosts are idle.
  letGo();
  spawned.stderr?.setEncoding("utf8");
  spawned.stderr?.on("data", (text: string) => {
    stderr = (stderr + text).slice(-2000);
  });
  (spawned.stderr as unknown as { unref?: () => void } | null)?.unref?.();

  return {
    pid: child.pid,
    get alive() {
      return child.alive;
    },
    get finishedTasks() {
      return finishedTasks;
    },
    get rssBytes() {
      return rssBytes;
    },
    kill: () => child.kill("was killed"),
    async dismiss() {
      await child.end(leaveGraceMs, () => child.send({ kind: "exit" }));
    },
    run(task, { signal, stop, onFrames, onRecord, silenceMs }) {
      return new Promise<TaskResult>((resolve, reject) => {
        if (!child.alive) throw new HostError("the inference host has ended");
        signal?.throwIfAborted();
        const id = nextId++;
        // While a task runs, the parent must wait for it.
        spawned.ref();
        spawned.channel?.ref();
        const watchdog = child.watch(silenceMs);
        let grace: NodeJS.Timeout | undefined;
        const abort = () => {
          child.send({ kind: "abort", id });
          grace = setTimeout(() => child.kill("did not end an aborted task and was killed"), abortGraceMs);
        };
        signal?.addEventListener("abort", abort, { once: true });
        const end = () => child.send({ kind: "stop", id });
        stop?.addEventListener("abort", end, { once: true });
        const finish = (settle: () => void) => {
          watchdog.stop();
          clearTimeout(grace);
          signal?.removeEventListener("abort", abort);
          stop?.removeEventListener("abort", end);
          current.delete(id);
          if (current.size === 0) letGo();
          settle();
        };
        current.set(id, {
          fail: (error) => finish(() => reject(signal?.aborted ? signal.reason : error)),
          hear: (message) => {
            watchdog.heard();
            if (message.kind === "progress") onFrames?.(message.frames);
            if (message.kind === "record") onRecord?.(message.live);
            if (message.kind === "done") {
              finishedTasks++;
              rssBytes = message.rssBytes;
              finish(() => resolve(message.result));
            }
            if (message.kind === "failed") {
              finish(() => reject(signal?.aborted ? signal.reason : fromPlainError(message.error)));
            }
          },
        });
        child.send({ kind: "task", id, task, ffmpeg: knownFfmpeg() });
        if (stop?.aborted) end();
      });
    },
  };
}

/** ffmpegs outlive a host that was killed only until their pipes break; this does not wait for that. */
function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // Already ended, which is what is wanted.
    }
  }
}

/**
 * The hosts' program: `host.js` lies beside the built library, and one folder up from here in the sources' layout.
 *
 * @throws {HostError} when it is not there
 */
export function hostScript(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const beside = join(here, "host.js");
  if (existsSync(beside)) return beside;
  const built = join(here, "..", "..", "dist", "host.js");
  // A bundle holds this file and not that one.
  if (existsSync(built)) return built;
  throw new HostError(bundledWithout("@sightline/video-markup", beside));
}

function hostEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, NODE_CHANNEL_FD: __, ...environment } = process.env;
  // ONNX Runtime 1.30 on Linux reports usage to its maker and keeps files in TMPDIR and ~/.cache unless told not to.
  return { ...keepFreedMemory, ...environment, ORT_DISABLE_TELEMETRY: "1" };
}

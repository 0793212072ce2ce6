import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
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

const processes = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of processes) child.kill("SIGKILL");
});

/** Starts a host. */
export function startHost(): HostProcess {
  const child = spawn(process.execPath, [hostScript()], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    windowsHide: true,
    env: hostEnvironment(),
  });
  processes.add(child);
  // A program that has nothing else to wait for may end while hosts are idle.
  child.unref();
  child.channel?.unref();

  let alive = true;
  let finishedTasks = 0;
  let rssBytes = 0;
  let nextId = 1;
  let ffmpegs: readonly number[] = [];
  let stderr = "";
  const current = new Map<number, { hear: (message: FromHost) => void; fail: (error: Error) => void }>();

  child.stderr?.setEncoding("utf8");
  child.stderr?.on("data", (text: string) => {
    stderr = (stderr + text).slice(-2000);
  });
  (child.stderr as unknown as { unref?: () => void } | null)?.unref?.();
  child.on("message", (message: FromHost) => {
    if (message.kind === "children") ffmpegs = message.pids;
    else if (message.kind !== "ready") current.get(message.id)?.hear(message);
  });
  const ended = (how: string, cause?: unknown) => {
    alive = false;
    processes.delete(child);
    killAll(ffmpegs);
    ffmpegs = [];
    const words = stderr.trim() === "" ? "" : `; it last said: ${stderr.trim().slice(-300)}`;
    const error = new HostError(`an inference host ${how}${words}`, { cause });
    for (const task of [...current.values()]) task.fail(error);
  };
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  child.once("error", (cause) => ended("could not be started", cause));
  child.once("exit", (code, signal) =>
    ended(signal ? `was ended by ${signal}` : `ended with status ${code}`),
  );

  const kill = (why = "was killed") => {
    child.kill("SIGKILL");
    ended(why);
  };
  const tell = (message: ToHost) => {
    if (child.connected) child.send(message, () => {});
  };
  return {
    pid: child.pid,
    get alive() {
      return alive;
    },
    get finishedTasks() {
      return finishedTasks;
    },
    get rssBytes() {
      return rssBytes;
    },
    kill,
    async dismiss() {
      alive = false;
      // Waited for, or the program could end first and cut the host's own end short.
      child.ref();
      tell({ kind: "exit" });
      await exited;
    },
    run(task, { signal, stop, onFrames, onRecord, silenceMs }) {
      return new Promise<TaskResult>((resolve, reject) => {
        if (!alive) throw new HostError("the inference host has ended");
        signal?.throwIfAborted();
        const id = nextId++;
        // While a task runs, the parent must wait for it.
        child.ref();
        child.channel?.ref();
        const hung = () => kill(`said nothing for ${Math.round(silenceMs / 1000)} s and was killed`);
        let watchdog = setTimeout(hung, silenceMs);
        let grace: NodeJS.Timeout | undefined;
        const abort = () => {
          tell({ kind: "abort", id });
          grace = setTimeout(() => kill("did not end an aborted task and was killed"), abortGraceMs);
        };
        signal?.addEventListener("abort", abort, { once: true });
        const end = () => tell({ kind: "stop", id });
        stop?.addEventListener("abort", end, { once: true });
        const finish = (settle: () => void) => {
          clearTimeout(watchdog);
          clearTimeout(grace);
          signal?.removeEventListener("abort", abort);
          stop?.removeEventListener("abort", end);
          current.delete(id);
          if (current.size === 0) {
            child.unref();
            child.channel?.unref();
          }
          settle();
        };
        current.set(id, {
          fail: (error) => finish(() => reject(signal?.aborted ? signal.reason : error)),
          hear: (message) => {
            clearTimeout(watchdog);
            watchdog = setTimeout(hung, silenceMs);
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
        tell({ kind: "task", id, task, ffmpeg: knownFfmpeg() });
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

/** `host.js` lies beside the built library, and one folder up from here in the sources' layout. */
function hostScript(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const beside = join(here, "host.js");
  return existsSync(beside) ? beside : join(here, "..", "..", "dist", "host.js");
}

function hostEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, NODE_CHANNEL_FD: __, ...environment } = process.env;
  // ONNX Runtime 1.30 on Linux reports usage to its maker and keeps files in TMPDIR and ~/.cache unless told not to.
  return { ...keepFreedMemory, ...environment, ORT_DISABLE_TELEMETRY: "1" };
}

import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { FfmpegError } from "../errors.js";
import { type FfmpegCall, ffmpegArguments } from "./ffmpeg-command.js";
import { findFfmpeg } from "./find-ffmpeg.js";

/** Options of {@link startFfmpeg}. */
export interface StartFfmpegOptions {
  /** What the call does, for messages: "decode segment 3". */
  readonly task: string;
  /** Whether ffmpeg reads from a pipe on its standard input. Default false. */
  readonly stdin?: boolean;
  /** How many output pipes it gets: file descriptors 1 (stdout), 3, 4 and so on. Default 1. */
  readonly pipes?: 0 | 1 | 2;
  /** Level of the log on stderr. Default `error`. */
  readonly logLevel?: "error" | "warning" | "info";
  /**
   * Whether it is out of the terminal's reach: Ctrl-C then reaches this program alone, which ends ffmpeg in
   * order. Default false.
   */
  readonly ownGroup?: boolean;
  /** Called for each line of stderr. */
  readonly onStderrLine?: (line: string) => void;
  /** Kills the process. `finished` then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A running ffmpeg. */
export interface RunningFfmpeg {
  readonly pid: number | undefined;
  readonly stdin: Writable | null;
  /** Output pipes in the order of their descriptors: 1, 3. */
  readonly outputs: readonly Readable[];
  /** Fulfilled on exit status 0 once every stream is closed; rejects with an {@link FfmpegError} otherwise. */
  readonly finished: Promise<void>;
  /** Ends it at once (SIGKILL: SIGTERM takes about a second, and the output is thrown away anyway). */
  kill(): void;
  /** The last lines of stderr, for messages. */
  stderrTail(): string;
}

/**
 * Settings of glibc's allocator for programs that take and give back a frame's memory over and over: by
 * default it goes back to the system each time, and comes again page by page, which costs 0.5 ms a 720p frame.
 */
export const keepFreedMemory = {
  MALLOC_MMAP_THRESHOLD_: String(32 * 2 ** 20),
  MALLOC_TRIM_THRESHOLD_: String(256 * 2 ** 20),
} as const;

const running = new Set<ChildProcess>();
let tellChildren: ((pids: readonly number[]) => void) | undefined;

/** Tells the process ids of the running ffmpegs whenever they change. */
export function onFfmpegChildren(listener: (pids: readonly number[]) => void): void {
  tellChildren = listener;
}

function changed(): void {
  tellChildren?.([...running].flatMap(({ pid }) => pid ?? []));
}

// A process that ends on its own (process.exit, uncaught error) takes its ffmpegs along. Against
// SIGKILL nothing can run; there the closed pipes end them.
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts ffmpeg. */
export async function startFfmpeg(call: FfmpegCall, options: StartFfmpegOptions): Promise<RunningFfmpeg> {
  const { signal, stdin = false, pipes = 1, logLevel = "error" } = options;
  signal?.throwIfAborted();
  const ffmpeg = await findFfmpeg();
  signal?.throwIfAborted();
  const args = ["-loglevel", logLevel, ...(stdin ? [] : ["-nostdin"]), ...ffmpegArguments(call)];
  const child = spawn(ffmpeg.path, args, {
    stdio: [
      stdin ? "pipe" : "ignore",
      pipes > 0 ? "pipe" : "ignore",
      "pipe",
      ...(pipes > 1 ? ["pipe" as const] : []),
    ],
    windowsHide: true,
    env: { ...keepFreedMemory, ...process.env },
    detached: options.ownGroup === true && process.platform !== "win32",
  });
  running.add(child);
  changed();
  const kill = () => {
    child.kill("SIGKILL");
  };
  const abort = () => kill();
  signal?.addEventListener("abort", abort, { once: true });

  const tail: string[] = [];
  let rest = "";
  child.stderr?.setEncoding("utf8");
  child.stderr?.on("data", (text: string) => {
    const lines = (rest + text).split(/[\r\n]+/);
    rest = lines.pop() ?? "";
    for (const line of lines) note(line);
  });
  const note = (line: string) => {
    options.onStderrLine?.(line);
    tail.push(line);
    if (tail.length > 12) tail.shift();
  };
  // Writing to an ffmpeg that has ended gives EPIPE; its exit status says why, so that is reported instead.
  child.stdin?.on("error", () => {});

  const finished = new Promise<void>((resolve, reject) => {
    child.once("error", (cause) => {
      running.delete(child);
      changed();
      signal?.removeEventListener("abort", abort);
      reject(new FfmpegError(`could not start ${ffmpeg.path} to ${options.task}`, { cause }));
    });
    child.once("close", (exitCode, endSignal) => {
      running.delete(child);
      changed();
      signal?.removeEventListener("abort", abort);
      if (rest !== "") note(rest);
      if (signal?.aborted) reject(signal.reason);
      else if (exitCode === 0) resolve();
      else {
        const stderrTail = tail.join("\n");
        const how = endSignal ? `was ended by ${endSignal}` : `ended with status ${exitCode}`;
        reject(
          new FfmpegError(`ffmpeg ${how} while it was to ${options.task}: ${lastWords(tail)}`, {
            exitCode,
            stderrTail,
          }),
        );
      }
    });
  });
  // Callers await `finished` at the end of their work; until then a rejection must not count as unhandled.
  finished.catch(() => {});
  const outputs = [child.stdout, child.stdio[3]].filter((stream) => stream != null) as Readable[];
  return { pid: child.pid, stdin: child.stdin, outputs, finished, kill, stderrTail: () => tail.join("\n") };
}

function lastWords(tail: readonly string[]): string {
  const words = tail
    .map((line) => line.replace(/^\[[^\]]*\] /, "").trim())
    .filter((line) => line !== "" && line !== "Conversion failed!");
  return words.slice(-3).join(" | ") || "it said nothing";
}

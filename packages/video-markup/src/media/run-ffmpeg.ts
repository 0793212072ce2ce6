import type { Readable, Writable } from "node:stream";
import { startChild } from "@sightline/foundation/supervised-child";
import { FfmpegError } from "../errors.js";
import { type FfmpegCall, ffmpegArguments } from "./ffmpeg-command.js";
import { ffmpegEnvironment, ffmpegUser } from "./ffmpeg-user.js";
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
  readonly logLevel?: "error" | "repeat+warning" | "info";
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

const running = new Set<number>();
let tellChildren: ((pids: readonly number[]) => void) | undefined;

/** Tells the process ids of the running ffmpegs whenever they change. */
export function onFfmpegChildren(listener: (pids: readonly number[]) => void): void {
  tellChildren = listener;
}

function changed(): void {
  tellChildren?.([...running]);
}

/** Starts ffmpeg. */
export async function startFfmpeg(call: FfmpegCall, options: StartFfmpegOptions): Promise<RunningFfmpeg> {
  const { signal, stdin = false, pipes = 1, logLevel = "error" } = options;
  signal?.throwIfAborted();
  const ffmpeg = await findFfmpeg();
  signal?.throwIfAborted();
  const args = ["-loglevel", logLevel, ...(stdin ? [] : ["-nostdin"]), ...ffmpegArguments(call)];
  // A process that ends on its own (process.exit, uncaught error) takes its ffmpegs along. Against SIGKILL nothing
  // can run; there the closed pipes end them.
  const user = ffmpegUser();
  const supervised = startChild<never>({
    command: [ffmpeg.path, ...args],
    stdio: [
      stdin ? "pipe" : "ignore",
      pipes > 0 ? "pipe" : "ignore",
      "pipe",
      ...(pipes > 1 ? ["pipe" as const] : []),
    ],
    env: { ...keepFreedMemory, ...ffmpegEnvironment(user) },
    ...(user === undefined ? {} : { user }),
    expendable: true,
    ownGroup: options.ownGroup === true && process.platform !== "win32",
  });
  const { process: child, pid } = supervised;
  if (pid !== undefined) running.add(pid);
  changed();
  const kill = () => supervised.kill();
  signal?.addEventListener("abort", kill, { once: true });

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

  const finish = async (): Promise<void> => {
    // Its streams may hold the last bytes after it has ended.
    const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
    const { code, cause, how } = await supervised.ended;
    if (pid !== undefined) {
      await closed;
      running.delete(pid);
      changed();
    }
    signal?.removeEventListener("abort", kill);
    if (rest !== "") note(rest);
    signal?.throwIfAborted();
    if (cause) throw new FfmpegError(`could not start ${ffmpeg.path} to ${options.task}`, { cause });
    if (code === 0) return;
    throw new FfmpegError(`ffmpeg ${how} while it was to ${options.task}: ${lastWords(tail)}`, {
      exitCode: code,
      stderrTail: tail.join("\n"),
    });
  };
  const finished = finish();
  // Callers await `finished` at the end of their work; until then a rejection must not count as unhandled.
  finished.catch(() => {});
  const outputs = [child.stdout, child.stdio[3]].filter((stream) => stream != null) as Readable[];
  return { pid, stdin: child.stdin, outputs, finished, kill, stderrTail: () => tail.join("\n") };
}

function lastWords(tail: readonly string[]): string {
  const words = tail
    .map((line) => line.replace(/^\[[^\]]*\] /, "").trim())
    .filter((line) => line !== "" && line !== "Conversion failed!");
  return words.slice(-3).join(" | ") || "it said nothing";
}

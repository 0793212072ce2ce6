import { type ChildProcess, type SerializationType, type StdioOptions, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { atExit } from "./at-exit.js";

/** How a child is started. */
export interface ChildOptions<FromChild> {
  /** Program and arguments. */
  readonly command: readonly [string, ...string[]];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Number of the user and group that it becomes; this process must be root. Default: this process's own. */
  readonly user?: number;
  /** As `spawn` has it. A child that is sent messages has "ipc" among them. */
  readonly stdio: StdioOptions;
  /** How messages travel. Default "json"; "advanced" carries bytes as they are. */
  readonly serialization?: SerializationType;
  /** A process group of its own, which is ended whole. Default false. */
  readonly ownGroup?: boolean;
  /**
   * When memory runs out, the system ends this child before others, and so before the process that can start another
   * one. Default false. Linux only; elsewhere without effect.
   */
  readonly expendable?: boolean;
  readonly onMessage?: (message: FromChild) => void;
  /** Told once, when the child has ended or could not be started. */
  readonly onEnd?: (end: ChildEnd) => void;
}

/** How a child ended. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** For a message: "ended with status 1", "was ended by SIGKILL", "said nothing for 120 s and was killed". */
  readonly how: string;
  /** Why it could not be started. */
  readonly cause?: Error;
  /** Set where this side killed it: by `kill`, a watchdog, or `end` when it took too long. */
  readonly killed?: true;
  /** Set where it was suspended from outside (SIGSTOP) when this side killed it. Linux only; elsewhere never. */
  readonly suspended?: true;
}

/** Ends a child that stays silent too long while it has something to do. */
export interface Watchdog {
  /** The child has shown that it is alive. */
  heard(): void;
  /** The child has nothing to do any more. */
  stop(): void;
}

/** A child process that is watched, and ends with this process at the latest. */
export interface SupervisedChild<ToChild> {
  /** For its streams, and to `ref` and `unref` it. */
  readonly process: ChildProcess;
  readonly pid: number | undefined;
  /** Whether it can be given work: false once it is told to end, was killed, or has ended. */
  readonly alive: boolean;
  /** Fulfilled when the process is gone; never rejected. */
  readonly ended: Promise<ChildEnd>;
  /** Sends a message; one to a child that has just died is lost, and `onEnd` follows. */
  send(message: ToChild): void;
  /** Starts a watchdog that kills the child after `silenceMs` without `heard`, or at most a quarter longer. */
  watch(silenceMs: number): Watchdog;
  /** SIGKILL, at once; also a child that was stopped by SIGSTOP ends by it. */
  kill(why?: string): void;
  /**
   * Lets the child end, and kills it when it still runs after `graceMs`.
   *
   * @param ask how it is told; default: SIGTERM
   */
  end(graceMs: number, ask?: () => void): Promise<ChildEnd>;
}

/** Parts of a watchdog's time. A process that was suspended meanwhile loses one of them, not all. */
const TICKS = 4;

const running = new Set<() => void>();
atExit("children", () => {
  for (const kill of running) kill();
});

/** Starts a child. A program that is not there is told as an end, not thrown. */
export function startChild<ToChild, FromChild = unknown>(
  options: ChildOptions<FromChild>,
): SupervisedChild<ToChild> {
  const { command, ownGroup = false, onMessage, onEnd, stdio, serialization = "json" } = options;
  const [file, ...args] = command;
  const child = spawn(file, args, {
    stdio,
    serialization,
    detached: ownGroup,
    windowsHide: true,
    ...(options.env && { env: options.env }),
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    ...(options.user !== undefined && { uid: options.user, gid: options.user }),
  });
  if (options.expendable === true) offerToOomKiller(child.pid);
  let alive = child.pid !== undefined;
  let gone = false;
  let killedBecause: string | undefined;
  let killed: true | undefined;
  let suspended: true | undefined;

  const signalAll = (signal: NodeJS.Signals) => {
    if (child.pid === undefined) return;
    if (!ownGroup) {
      child.kill(signal);
      return;
    }
    try {
      process.kill(-child.pid, signal);
    } catch (error) {
      // ESRCH (on macOS also EPERM): the group is gone already, which is what was wanted.
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ESRCH" && code !== "EPERM") throw error;
    }
  };
  const killAtExit = () => signalAll("SIGKILL");
  running.add(killAtExit);

  const ended = new Promise<ChildEnd>((resolve) => {
    const finish = (end: ChildEnd) => {
      if (gone) return;
      gone = true;
      alive = false;
      running.delete(killAtExit);
      // What the child started and left behind goes with it.
      if (ownGroup) signalAll("SIGKILL");
      resolve(end);
      onEnd?.(end);
    };
    child.on("error", (cause) => {
      // A failed send comes here too; the end of the process follows that by itself.
      if (child.pid !== undefined) return;
      finish({ code: null, signal: null, how: `could not be started: ${cause.message}`, cause });
    });
    child.on("exit", (code, signal) => {
      const ending = signal === null ? `ended with status ${code}` : `was ended by ${signal}`;
      finish({
        code,
        signal,
        how: killedBecause ?? ending,
        ...(killed && { killed }),
        ...(suspended && { suspended }),
      });
    });
  });
  if (onMessage !== undefined) child.on("message", (message) => onMessage(message as FromChild));

  const kill = (why?: string) => {
    alive = false;
    if (!gone) {
      killedBecause ??= why;
      if (isSuspended(child.pid)) suspended = true;
    }
    killed = true;
    signalAll("SIGKILL");
  };
  return {
    process: child,
    pid: child.pid,
    get alive() {
      return alive;
    },
    ended,
    send(message) {
      if (child.connected) child.send(message as object, () => {});
    },
    watch(silenceMs) {
      let silent = 0;
      const timer = setInterval(() => {
        silent++;
        if (silent <= TICKS) return;
        clearInterval(timer);
        kill(`said nothing for ${Math.round(silenceMs / 100) / 10} s and was killed`);
      }, silenceMs / TICKS);
      timer.unref();
      return {
        heard() {
          silent = 0;
        },
        stop: () => clearInterval(timer),
      };
    },
    kill,
    async end(graceMs, ask = () => child.kill("SIGTERM")) {
      if (!gone) {
        alive = false;
        // Waited for, or this process could end first and cut the child's own end short.
        child.ref();
        ask();
      }
      const timer = setTimeout(() => kill(), graceMs);
      const end = await ended;
      clearTimeout(timer);
      return end;
    },
  };
}

/** proc(5), oom_score_adj: 1000 is the first to be ended. A process may raise that of its own children. */
function offerToOomKiller(pid: number | undefined): void {
  if (pid === undefined || process.platform !== "linux") return;
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, "1000");
  } catch {
    // It has ended already, which `onEnd` tells, or the system has no such thing: then its own choice stands.
  }
}

/** proc(5), stat: the state stands behind the name in parentheses; T is stopped by a signal. */
function isSuspended(pid: number | undefined): boolean {
  if (pid === undefined || process.platform !== "linux") return false;
  try {
    return /\) T [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    // It has ended meanwhile.
    return false;
  }
}

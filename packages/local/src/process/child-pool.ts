import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { startChild } from "@sightline/foundation/supervised-child";
import { createLineReader } from "./line-reader.js";

/** How a program of a container is to be run. */
export interface ProgramOptions {
  /** Program and arguments. */
  readonly command: readonly string[];
  /** Its environment, besides what every program gets. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Told every line that the program prints, on stdout or stderr. */
  readonly onLine: (line: string) => void;
  /** Where the program is Docker's client, which stands for a container. */
  readonly container?: {
    /** Ends the container, when its client was ended by a signal and so may have left it. Never rejects. */
    readonly kill: () => Promise<unknown>;
    /** Waited for when both have ended, before `exited` settles. Never rejects. */
    readonly ended: () => Promise<unknown>;
  };
}

/** How a program ended. */
export interface ProgramExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running program. */
export interface Program {
  readonly pid: number;
  /** Settles when the program has ended and all that it printed has been read. Never rejects. */
  readonly exited: Promise<ProgramExit>;
  /** SIGTERM to the program, and SIGKILL to its whole group when it still runs `graceMs` later. */
  stop(graceMs: number): Promise<ProgramExit>;
}

/** Variables of ours that a container gets too; all else it gets is said by its job. */
const INHERITED =
  /^(PATH|HOME|TMPDIR|TEMP|TMP|USER|LOGNAME|SHELL|LANG|LC_.*|TZ|LD_LIBRARY_PATH|DYLD_.*|CUDA_.*|NVIDIA_.*|FFMPEG_PATH|FFPROBE_PATH|OMP_NUM_THREADS|SIGHTLINE_.*)$/;
const DOCKER_VARIABLES = /^(PATH|HOME|DOCKER_.*|XDG_RUNTIME_DIR|SSH_AUTH_SOCK)$/;
/** Tells the reaper that there are containers. */
const DOCKER_LINE = "docker";
/** How long after a program's end its pipes are read. */
const LINGER_MS = 2000;
/** Exit code of a program that could not be started, as a shell has it. */
const NOT_STARTED = 127;
/** Lines longer than this are cut. */
const MAX_LINE_CHARACTERS = 64 * 1024;

/**
 * Starts the containers' programs, each in a process group of its own, and sees to it that none
 * outlives the server: `close` stops them all, and should the server be killed, a reaper does.
 */
export class ChildPool {
  readonly #mark = `SIGHTLINE_LOCAL_RUN=${randomUUID()}`;
  readonly #running = new Set<Program>();
  #reaper: ChildProcess | undefined;
  #hasContainers = false;
  #closed = false;

  /** Label of the containers that end with this server. */
  get label(): string {
    return this.#mark;
  }

  /** Number of programs that run now. */
  get size(): number {
    return this.#running.size;
  }

  /** Whether all that still runs is being stopped. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Starts a program. Failing to start is an exit with code 127, as a shell has it. */
  start(options: ProgramOptions): Program {
    if (this.#closed) throw new Error("The server is closing: no program is started any more.");
    this.#startReaper();
    const [file = "", ...args] = options.command;
    const child = startChild({
      command: [file, ...args],
      cwd: options.cwd,
      env: { ...inheritedEnvironment(), ...options.env, ...markVariable(this.#mark) },
      stdio: ["ignore", "pipe", "pipe"],
      ownGroup: true,
    });
    const { pid } = child;
    if (pid !== undefined) this.#tell(`+${pid}`);
    if (options.container !== undefined && !this.#hasContainers) {
      this.#hasContainers = true;
      this.#tell(DOCKER_LINE);
    }
    const read = [child.process.stdout, child.process.stderr].map((stream) =>
      readLines(stream!, options.onLine),
    );
    const finish = async (): Promise<ProgramExit> => {
      const { code, signal, cause } = await child.ended;
      if (cause !== undefined) options.onLine(`Could not start ${file}: ${cause.message}`);
      // A process that left the group may hold the pipes open: what it prints is not waited for.
      const linger = setTimeout(() => {
        child.process.stdout?.destroy();
        child.process.stderr?.destroy();
      }, LINGER_MS);
      await Promise.all(read);
      clearTimeout(linger);
      if (signal !== null) await options.container?.kill();
      await options.container?.ended();
      this.#running.delete(program);
      if (pid !== undefined) this.#tell(`-${pid}`);
      return { code: cause === undefined ? code : NOT_STARTED, signal };
    };
    const exited = finish();
    const program: Program = {
      pid: pid ?? -1,
      exited,
      async stop(graceMs) {
        await child.end(graceMs);
        return exited;
      },
    };
    this.#running.add(program);
    return program;
  }

  /** Stops every program and the reaper. */
  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#running].map((program) => program.stop(graceMs)));
    const reaper = this.#reaper;
    this.#reaper = undefined;
    if (reaper === undefined || reaper.exitCode !== null) return;
    reaper.ref();
    const gone = new Promise((resolve) => reaper.once("exit", resolve));
    reaper.stdin?.end();
    await gone;
  }

  #startReaper(): void {
    if (this.#reaper !== undefined) return;
    // Detached, so that a signal to the server's group leaves it alive to do its work.
    const reaper = spawn(
      process.execPath,
      [fileURLToPath(new URL("./reaper.js", import.meta.url)), this.#mark],
      {
        stdio: ["pipe", "ignore", "ignore"],
        detached: true,
        // It may have to call Docker.
        env: dockerEnvironment(),
      },
    );
    reaper.stdin.on("error", () => undefined);
    reaper.once("exit", () => {
      if (this.#reaper !== reaper) return;
      // Somebody killed it: without one, a killed server would leave its programs running.
      this.#reaper = undefined;
      if (!this.#closed && this.#running.size > 0) this.#startReaper();
    });
    reaper.unref();
    (reaper.stdin as unknown as { unref(): void }).unref();
    this.#reaper = reaper;
    for (const program of this.#running) this.#tell(`+${program.pid}`);
    if (this.#hasContainers) this.#tell(DOCKER_LINE);
  }

  #tell(line: string): void {
    this.#reaper?.stdin?.write(`${line}\n`);
  }
}

function inheritedEnvironment(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && INHERITED.test(name)) env[name] = value;
  }
  return env;
}

/** What Docker's command line needs of this process's environment. */
export function dockerEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(([name]) => DOCKER_VARIABLES.test(name));
  return Object.fromEntries(entries) as Record<string, string>;
}

function markVariable(mark: string): Record<string, string> {
  const equals = mark.indexOf("=");
  return { [mark.slice(0, equals)]: mark.slice(equals + 1) };
}

/** Hands a stream's lines on; resolves when it is closed. */
async function readLines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  const lines = createLineReader(MAX_LINE_CHARACTERS, onLine);
  stream.on("data", lines.write);
  stream.once("end", lines.end);
  // A pipe that breaks has nothing more to say.
  stream.on("error", () => undefined);
  if (!stream.closed) await new Promise((resolve) => stream.once("close", resolve));
}

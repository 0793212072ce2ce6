import { setFlagsFromString } from "node:v8";
import type { CliIO } from "./command.js";

/**
 * Images live outside the JavaScript heap; a small heap keeps a hundred thousand of them below 130 MB, not 250. Pass-through
 * makes no images, only short-lived objects, and is faster by a twentieth without it.
 */
const PREPARING = "--optimize-for-size";

/** A command line: arguments in, exit code out. */
type Program = (args: readonly string[], io: CliIO) => Promise<number>;

/**
 * Runs a command line as this process: Ctrl-C and SIGTERM abort it, its exit code becomes the process's.
 * A second Ctrl-C ends at once.
 */
export function runAsProgram(run: Program): void {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new Error("interrupted"));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  // `recordio info x | head` closes the pipe; that is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    process.stderr.write(`stdout: ${error.message}\n`);
    process.exit(1);
  });
  // Progress that nobody reads any more is no reason to stop.
  process.stderr.on("error", () => undefined);
  const io: CliIO = {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    terminal: process.stderr.isTTY === true,
    signal: controller.signal,
  };
  void finish(run, io);
}

async function finish(run: Program, io: CliIO): Promise<void> {
  const args = process.argv.slice(2);
  try {
    if (!args.includes("--pass-through")) setFlagsFromString(PREPARING);
    process.exitCode = await run(args, io);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 70;
  }
  // Nothing is left to be done but to take memory apart, which the system does faster.
  process.stdout.write("", () => process.stderr.write("", () => process.exit()));
}

import { constants } from "node:os";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { namedError } from "./named-error.js";
import { didYouMean } from "./nearest.js";

/** Exit statuses that all our programs share; a command may have more. Behind a signal it is 128 and its number. */
export const exitStatus = {
  /** Done. */
  ok: 0,
  /** The work failed. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** A fault of the program itself (sysexits.h, EX_SOFTWARE). */
  fault: 70,
} as const;

/** Where a command writes; tests give their own. */
export interface CliIO {
  /** Results. */
  readonly out: (data: string | Uint8Array) => void;
  /** Progress and errors. */
  readonly err: (text: string) => void;
  /** Whether stderr is a terminal, where a line may be drawn over. */
  readonly terminal: boolean;
  /** Width of that terminal in characters. */
  readonly columns: number;
  /** Aborts with an {@link Interrupted} on Ctrl-C, SIGTERM and SIGHUP. */
  readonly signal: AbortSignal;
}

/** Values as `parseArgs` gives them. */
export type OptionValues = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** A command. */
export interface Command {
  /** The whole help text, which ends in an example. */
  readonly help: string;
  /** Options as `parseArgs` takes them; `--help` comes by itself. */
  readonly options: NonNullable<ParseArgsConfig["options"]>;
  /** @returns the exit status */
  readonly run: (positionals: readonly string[], values: OptionValues, io: CliIO) => Promise<number>;
}

/** A command before it is asked for: starting one does not wait for the code of the others. */
export interface CommandEntry {
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Commands behind one word: `sightline image build`. */
export interface CommandGroup {
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  /** What `PROGRAM GROUP --help` prints. */
  readonly help: string;
  readonly commands: readonly CommandEntry[];
}

/** A program of one or several commands. */
export interface Program {
  readonly name: string;
  readonly version: string;
  /** What `PROGRAM --help` prints. */
  readonly help: string;
  readonly commands: readonly CommandEntry[];
  /** Commands of two words. Default: none. */
  readonly groups?: readonly CommandGroup[];
  /** Does the work when the first argument names no command, and alone where there is none. Without it such an argument is a mistake. */
  readonly otherwise?: () => Promise<Command>;
  /** Errors that the program's libraries throw on purpose: their message is shown, no stack. System errors are too. */
  readonly isExpected: (error: unknown) => boolean;
}

/** A wrong command line: the message goes to stderr, exit status 2. */
export class UsageError extends namedError("UsageError", Error) {}

/** Why the signal of a {@link CliIO} aborts. */
export class Interrupted extends namedError("Interrupted", Error) {
  constructor(readonly by: NodeJS.Signals) {
    super(`interrupted by ${by}`);
  }
}

/** Runs a command line. @returns the exit status; errors are told on `io.err`, never thrown */
export async function runCommandLine(program: Program, given: readonly string[], io: CliIO): Promise<number> {
  // `pnpm quickstart -- --keep` hands the first `--` on.
  const args = given[0] === "--" ? given.slice(1) : given;
  const [first, ...rest] = args;
  const { groups = [] } = program;
  const group = groups.find(({ name }) => name === (first === "help" ? rest[0] : first));
  if (group !== undefined) {
    const { groups: _, otherwise: __, ...inner } = program;
    const { help, commands } = group;
    const below = { ...inner, name: `${program.name} ${group.name}`, help, commands };
    return runCommandLine(below, first === "help" ? ["help", ...rest.slice(1)] : rest, io);
  }
  const several = program.commands.length + groups.length > 0;
  const asked = (first === "help" && several) || first === "--help" || first === "-h";
  if ((first === undefined && several) || asked) {
    const named = program.commands.find(({ name }) => name === rest[0]);
    io.out(asked && named !== undefined ? (await named.load()).help : program.help);
    return asked ? exitStatus.ok : exitStatus.usage;
  }
  if (first === "--version") {
    io.out(`${program.version}\n`);
    return exitStatus.ok;
  }
  const entry = program.commands.find(({ name }) => name === first);
  const label = entry === undefined ? program.name : `${program.name} ${first}`;
  try {
    if (entry === undefined && program.otherwise === undefined) throw unknownCommand(program, first ?? "");
    const command = await (entry?.load ?? program.otherwise!)();
    const { positionals, values } = parseOptions(command.options, entry === undefined ? args : rest);
    if (values.help === true) {
      io.out(command.help);
      return exitStatus.ok;
    }
    return await command.run(positionals, values, io);
  } catch (error) {
    return explain(error, label, program, io);
  }
}

function unknownCommand({ commands, groups = [] }: Program, name: string): UsageError {
  const names = [...groups, ...commands].map((command) => command.name);
  const guess = didYouMean(name, names) || ` The commands are ${names.join(", ")}.`;
  return new UsageError(`there is no command "${name}".${guess}`);
}

/**
 * Reads a command's arguments.
 *
 * @throws {UsageError} for an option that is unknown or lacks its value
 */
export function parseOptions(
  known: Command["options"],
  args: readonly string[],
): { readonly positionals: readonly string[]; readonly values: OptionValues } {
  const options = { ...known, help: { type: "boolean", short: "h" } } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const [, name] = /^Unknown option '(-[^']*)'/.exec(message) ?? [];
    if (code !== "ERR_PARSE_ARGS_UNKNOWN_OPTION" || name === undefined) {
      throw new UsageError(message, { cause: error });
    }
    const guess = didYouMean(name.replace(/^-+/, ""), Object.keys(options), "--");
    throw new UsageError(`there is no option "${name}".${guess}`, { cause: error });
  }
}

function explain(error: unknown, label: string, program: Program, io: CliIO): number {
  if (io.signal.aborted && io.signal.reason instanceof Interrupted) {
    io.err(`${label}: ${io.signal.reason.message}\n`);
    return signalStatus(io.signal.reason.by);
  }
  // A number out of its range is found where it is used, which is behind the command line.
  const usage = error instanceof UsageError || error instanceof RangeError;
  const system = error instanceof Error && "syscall" in error;
  if (!usage && !system && !program.isExpected(error)) {
    io.err(`${label}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return exitStatus.fault;
  }
  io.err(`${label}: ${(error as Error).message}\n`);
  if (!usage) return exitStatus.failed;
  io.err(`See ${label} --help.\n`);
  return exitStatus.usage;
}

/** The exit status behind a signal, as shells have it. */
export function signalStatus(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/**
 * Runs a program as this process: Ctrl-C, SIGTERM and SIGHUP abort it, a second one ends it at once, its exit status
 * becomes the process's. A reader of stdout that goes (`| head`) ends it without an error.
 *
 * @param program or, for a command line that is read in a way of its own, what runs it and gives the exit status
 */
export async function runAsProgram(
  program: Program | ((args: readonly string[], io: CliIO) => Promise<number>),
  args = process.argv.slice(2),
): Promise<void> {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(signalStatus(name));
      controller.abort(new Interrupted(name));
    });
  }
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(exitStatus.ok);
    process.stderr.write(`stdout: ${error.message}\n`);
    process.exit(exitStatus.failed);
  });
  // Progress that nobody reads any more is no reason to stop.
  process.stderr.on("error", () => undefined);
  const io: CliIO = {
    out: (data) => process.stdout.write(data),
    err: (text) => process.stderr.write(text),
    terminal: process.stderr.isTTY === true,
    get columns() {
      return process.stderr.columns ?? 80;
    },
    signal: controller.signal,
  };
  process.exitCode =
    typeof program === "function" ? await program(args, io) : await runCommandLine(program, args, io);
  // Nothing is left but to take memory apart, which the system does faster.
  process.stdout.write("", () => process.stderr.write("", () => process.exit()));
}

/** Declares options that take a value, by their names. */
export function valued<Name extends string>(...names: readonly Name[]) {
  return Object.fromEntries(names.map((name) => [name, { type: "string" }])) as Record<
    Name,
    { readonly type: "string" }
  >;
}

import { parseArgs } from "node:util";
import { type CliIO, type Command, type CommandEntry, UsageError } from "./command.js";

/**
 * Runs `recordio`'s command line.
 *
 * @returns the exit code: 0 done, 1 the work failed, 2 the command line is wrong, 130 interrupted
 */
export async function runCli(
  commands: readonly CommandEntry[],
  args: readonly string[],
  io: CliIO,
): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    const asked = commands.find((command) => command.name === rest[0]);
    io.out(asked === undefined ? overview(commands) : (await asked.load()).help);
    return name === undefined ? 2 : 0;
  }
  const entry = commands.find((candidate) => candidate.name === name);
  if (entry === undefined) {
    io.err(`recordio: there is no command "${name}".\n\n${overview(commands)}`);
    return 2;
  }
  try {
    const command = await entry.load();
    const { positionals, values } = parse(command, rest);
    if (values.help === true) {
      io.out(command.help);
      return 0;
    }
    return await command.run(positionals, values, io);
  } catch (error) {
    return explain(error, name, io);
  }
}

function parse(command: Command, args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { ...command.options, help: { type: "boolean", short: "h" } },
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function explain(error: unknown, name: string, io: CliIO): number {
  if (io.signal.aborted) {
    io.err(`recordio ${name}: interrupted\n`);
    return 130;
  }
  const message = error instanceof Error ? error.message : String(error);
  io.err(`recordio ${name}: ${message}\n`);
  // A number out of its range is found where it is used, which is behind the command line.
  if (!(error instanceof UsageError || error instanceof RangeError)) return 1;
  io.err(`See recordio ${name} --help.\n`);
  return 2;
}

function overview(commands: readonly CommandEntry[]): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  const lines = commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`);
  return `recordio: images to MXNet RecordIO and back

Usage: recordio COMMAND [arguments]

${lines.join("\n")}

recordio COMMAND --help explains one. Results go to stdout, progress to stderr; --json prints results as JSON.

Example:
  recordio pack pictures out/train --resize 224
  recordio verify out/train.rec
`;
}

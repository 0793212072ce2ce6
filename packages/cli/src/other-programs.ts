import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** A program of another package that is a command of this one. */
export interface OtherProgram {
  /** One line for the overview. */
  readonly summary: string;
  /** The program's own name, as its help has it. */
  readonly name: string;
  /** Put before what is given, such as the program's command. */
  readonly first: readonly string[];
  /** Path of the package's package.json. */
  readonly manifest: () => string;
}

const require = createRequire(import.meta.url);

/** By the command that stands for it. They read their command lines themselves, and take everything that they take alone. */
export const OTHER_PROGRAMS: Readonly<Record<string, OtherProgram>> = {
  local: {
    summary: "SageMaker, S3 and friends on this machine (sightline-local start)",
    name: "sightline-local",
    first: ["start"],
    manifest: () => require.resolve("@sightline/local/package.json"),
  },
  pack: {
    summary: "pictures to RecordIO, split and resized (recordio pack)",
    name: "recordio",
    first: ["pack"],
    manifest: () => require.resolve("@sightline/recordio/package.json"),
  },
  markup: {
    summary: "a video and a detector to a marked-up video (video-markup)",
    name: "video-markup",
    first: [],
    manifest: () => require.resolve("@sightline/video-markup/package.json"),
  },
  bench: {
    summary: "load on an endpoint or URL, with a report (sightline-load)",
    name: "sightline-load",
    first: [],
    manifest: () => require.resolve("@sightline/load/package.json"),
  },
};

/** The program that a command line means, with its arguments; undefined when it means none of another package. */
export function otherProgram(
  args: readonly string[],
): { readonly program: OtherProgram; readonly args: readonly string[] } | undefined {
  const [command = "", ...rest] = args[0] === "help" ? [args[1] ?? "", "--help"] : args;
  if (!Object.hasOwn(OTHER_PROGRAMS, command)) return undefined;
  const program = OTHER_PROGRAMS[command]!;
  // "sightline local start" is what somebody types who knows the program alone.
  const given = program.first[0] === rest[0] ? rest.slice(1) : rest;
  return { program, args: [...program.first, ...given] };
}

/** Becomes that program: its code runs in this process as if it had been started itself. */
export async function become({ name, manifest }: OtherProgram, args: readonly string[]): Promise<void> {
  const path = manifest();
  const { bin } = JSON.parse(readFileSync(path, "utf8")) as { bin: Readonly<Record<string, string>> };
  const file = join(dirname(path), bin[name]!);
  process.argv = [process.execPath, file, ...args];
  await import(pathToFileURL(file).href);
}

import { resolve } from "node:path";
import { InvalidInputError } from "../errors.js";
import { filesBelow, isVisible, type LocalFile, oneFile } from "../s3/local-files.js";

/** A script of yours: a file by itself, or one in a folder whose other files it needs. */
export type ScriptFiles =
  | string
  | {
      /** The folder that is sent. */
      readonly folder: string;
      /** The script's path in it, such as `train.py`. */
      readonly entry: string;
    };

/** The files of a script, and which of them is started. @throws InvalidInputError when it is not there */
export async function scriptFiles(
  script: ScriptFiles,
): Promise<{ readonly entry: string; readonly files: readonly LocalFile[] }> {
  try {
    if (typeof script === "string") {
      const file = await oneFile(resolve(script));
      return { entry: file.path, files: [file] };
    }
    const isCode = (path: string) => isVisible(path) && !path.split("/").includes("node_modules");
    const files = await filesBelow(resolve(script.folder), isCode);
    if (files.some(({ path }) => path === script.entry)) return { entry: script.entry, files };
    throw new InvalidInputError(
      "script.entry",
      `a file in ${script.folder}`,
      script.entry,
      "Name one of its files.",
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new InvalidInputError("script", "a file or folder that is there", script, "Check the path.");
  }
}

/** What runs a script in a container, by the end of its name. @throws InvalidInputError for another end */
export function interpreterOf(entry: string): string {
  const end = entry.slice(entry.lastIndexOf(".") + 1);
  const found = Object.hasOwn(INTERPRETERS, end) ? INTERPRETERS[end] : undefined;
  if (found !== undefined) return found;
  const ends = Object.keys(INTERPRETERS).join(", ");
  throw new InvalidInputError(
    "script",
    `a name that ends in ${ends}`,
    entry,
    "Or say in command what runs it.",
  );
}

const INTERPRETERS: Readonly<Record<string, string>> = {
  py: "python3",
  js: "node",
  cjs: "node",
  mjs: "node",
  ts: "node",
  mts: "node",
  sh: "bash",
};

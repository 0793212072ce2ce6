import { access, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseManifestLine, readManifest } from "./manifest.js";

/** The files of one output. */
export interface OutputPaths {
  readonly rec: string;
  readonly idx: string;
  readonly lst: string;
  readonly report: string;
  readonly manifest: string;
  /** Folder beside them, there only while a run is under way or was killed. */
  readonly work: string;
}

/** Paths for `out/train` or `out/train.rec`. */
export function outputPaths(output: string): OutputPaths {
  const base = output.replace(/\.rec$/, "");
  return {
    rec: `${base}.rec`,
    idx: `${base}.idx`,
    lst: `${base}.lst`,
    report: `${base}.report.json`,
    manifest: `${base}.pack.jsonl`,
    work: `${base}.packing`,
  };
}

/** Names inside the work folder, and the place of each when the run is complete; the manifest comes last. */
const FINISHED = [
  ["data.rec", "rec"],
  ["data.idx", "idx"],
  ["data.lst", "lst"],
  ["report.json", "report"],
  ["journal.jsonl", "manifest"],
] as const;

/** File in the work folder that says: all is there, only the names are missing. */
export const COMPLETE = "complete";

/** Gives the files of a complete run their names; those that have theirs already are passed over. */
export async function finishRenames(paths: OutputPaths): Promise<void> {
  if (!(await exists(join(paths.work, COMPLETE)))) return;
  for (const [name, place] of FINISHED) {
    const from = join(paths.work, name);
    if (await exists(from)) await rename(from, paths[place]);
  }
  await rm(paths.work, { recursive: true, force: true });
}

/**
 * What a killed run left: the manifest lines whose records are whole. A run of other options is removed.
 */
export async function readPartial(paths: OutputPaths, fingerprint: string): Promise<string[] | undefined> {
  const lines = await readManifest(join(paths.work, "journal.jsonl"), fingerprint);
  const size = await sizeOf(join(paths.work, "data.rec"));
  if (lines === undefined || size === undefined) {
    await rm(paths.work, { recursive: true, force: true });
    return undefined;
  }
  // A line counts only when its record is all there.
  while (lines.length > 0) {
    const { byteOffset, length } = parseManifestLine(lines.at(-1)!);
    if (byteOffset + length <= size) break;
    lines.pop();
  }
  return lines;
}

/** The manifest lines of the last complete output; undefined when it is of other options, or another program's. */
export async function readFinal(
  paths: OutputPaths,
  fingerprint: string,
  needsList: boolean,
): Promise<string[] | undefined> {
  const lines = await readManifest(paths.manifest, fingerprint);
  if (lines === undefined || lines.length === 0) return undefined;
  const { byteOffset, length } = parseManifestLine(lines.at(-1)!);
  const beside = [paths.idx, paths.report, ...(needsList ? [paths.lst] : [])];
  // An emptied file is as bad as a missing one.
  const complete = (await Promise.all(beside.map(sizeOf))).every((size) => size !== undefined && size > 0);
  // Another program may have written the .rec since.
  return complete && (await sizeOf(paths.rec)) === byteOffset + length ? lines : undefined;
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

async function sizeOf(path: string): Promise<number | undefined> {
  return await stat(path).then(
    (info) => info.size,
    () => undefined,
  );
}

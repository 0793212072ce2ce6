import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { removeTemporary, temporaryName } from "@sightline/foundation/temporary-name";
import { SampleError } from "./errors.js";

/** What was drawn, and whether an earlier drawing with the same settings is still there. */
export interface DrawnFolder<Facts> {
  readonly facts: Facts;
  readonly unchanged: boolean;
}

const markerName = "synthetic.json";

/**
 * Draws a folder, whole or not at all; one that holds a drawing with the same settings is left as it is.
 *
 * @param draw draws into the folder that it is given, and says what is worth knowing of the drawing
 * @throws {SampleError} when the folder holds something else
 */
export async function drawFolder<Facts>(
  folder: string,
  settings: object,
  draw: (partial: string) => Promise<Facts>,
): Promise<DrawnFolder<Facts>> {
  const asked = JSON.stringify(settings);
  const earlier = await earlierDrawing<Facts>(folder);
  if (earlier && JSON.stringify(earlier.settings) === asked) return { facts: earlier.facts, unchanged: true };
  await removeTemporary(folder);
  const partial = temporaryName(folder);
  try {
    await mkdir(partial, { recursive: true });
    const facts = await draw(partial);
    await writeFile(join(partial, markerName), JSON.stringify({ synthetic: true, settings, facts }));
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
    return { facts, unchanged: false };
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** @throws {RangeError} when a setting is no whole number of its range */
export function inRange(name: string, value: number, low: number, high: number): number {
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new RangeError(`${name} must be a whole number from ${low} to ${high}, not ${value}.`);
}

interface Marker<Facts> {
  readonly settings: unknown;
  readonly facts: Facts;
}

/** What an earlier drawing says of itself; undefined where there is none. */
async function earlierDrawing<Facts>(folder: string): Promise<Marker<Facts> | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, markerName), "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const found = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  if (found.length === 0) return undefined;
  throw new SampleError(
    `Cannot draw pictures into ${folder}: it holds files that were not drawn here. Name an empty or new folder.`,
  );
}

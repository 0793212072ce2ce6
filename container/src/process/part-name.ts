import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Cluster } from "../shared/cluster.js";
import { JobInputError } from "../shared/errors.js";

/** Name of one host's part, without an ending: `train-00002-of-00004`. */
export function partName(name: string, { index, count }: Pick<Cluster, "index" | "count">): string {
  const digits = (number: number): string => String(number).padStart(5, "0");
  return `${name}-${digits(index + 1)}-of-${digits(count)}`;
}

/** Checks `--name`: what it names is to lie in the output folder, which is all that the job keeps. */
export function checkName(name: string): string {
  if (name === "" || basename(name) !== name || name.startsWith("."))
    throw new JobInputError(`--name must be a plain file name without an ending, not "${name}".`);
  return name;
}

/** The parts that a folder holds, complete and in order. */
export interface Parts {
  readonly name: string;
  /** Paths of the `.rec` files. */
  readonly paths: readonly string[];
}

/** Finds the parts of one set. Throws `JobInputError` when some are missing or two sets are mixed. */
export async function findParts(folder: string): Promise<Parts> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new JobInputError(`The parts' folder ${folder} cannot be read.`, { cause });
  });
  const found = names.flatMap((file) => {
    const match = /^(.+)-(\d{5})-of-(\d{5})\.rec$/.exec(file);
    return match ? [{ file, name: match[1]!, index: Number(match[2]), count: Number(match[3]) }] : [];
  });
  const first = found[0];
  if (!first) throw new JobInputError(`${folder} holds no parts (NAME-00001-of-0000N.rec).`);
  const stranger = found.find(({ name, count }) => name !== first.name || count !== first.count);
  if (stranger)
    throw new JobInputError(
      `${folder} holds parts of two sets: ${first.file} and ${stranger.file}. Keep one.`,
    );
  const paths = Array.from({ length: first.count }, (_, index) => {
    const part = found.find((item) => item.index === index + 1);
    if (!part) {
      throw new JobInputError(
        `${folder} lacks ${partName(first.name, { index, count: first.count })}.rec: a host has not finished.`,
      );
    }
    return join(folder, part.file);
  });
  return { name: first.name, paths };
}

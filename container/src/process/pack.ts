import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  type ImageList,
  listImages,
  type PackOptions,
  packRecordIO,
  RecordIOError,
  readListFile,
} from "@sightline/recordio";
import { JobInputError } from "../shared/errors.js";
import type { ProcessContext, ProcessTask } from "./context.js";
import { isSharded } from "./job-config.js";
import { checkName, partName } from "./part-name.js";

/** Packs this host's share of the images as `NAME-0000i-of-0000n.rec`. */
export const pack: ProcessTask = async (context) => {
  const { root, cluster, options, output, signal, log } = context;
  const folder = options.images ?? join(root, "processing/input/images");
  const sharded = await isSharded(root, folder.replace(root, "/opt/ml"));
  const list = await readImageList(context, folder, sharded);
  const share = sharded
    ? await entriesThatAreHere(list)
    : list.entries.filter((_, i) => i % cluster.count === cluster.index);
  if (share.length === 0) {
    throw new JobInputError(
      `Host ${cluster.index + 1} of ${cluster.count} has no image to pack. Use fewer instances.`,
    );
  }
  log(`Packing ${share.length} of ${list.entries.length} images`);
  const base = join(output, partName(checkName(options.name ?? "part"), cluster));
  try {
    const { report, recPath } = await packRecordIO(
      { ...list, entries: share },
      { ...packOptions(options), output: base, signal },
    );
    return `${recPath}: ${report.records} records, ${report.bytes} bytes, ${report.skipped} skipped`;
  } catch (cause) {
    if (cause instanceof RecordIOError || cause instanceof RangeError)
      throw new JobInputError(cause.message, { cause });
    throw cause;
  }
};

/** The list given, or the folder itself: one folder for each class. */
async function readImageList(
  { root, options }: ProcessContext,
  folder: string,
  sharded: boolean,
): Promise<ImageList> {
  const path = options.list ?? (await onlyList(join(root, "processing/input/list")));
  try {
    if (path !== undefined) return await readListFile(path, folder);
    if (!sharded) return await listImages(folder);
  } catch (cause) {
    throw new JobInputError(
      `The images cannot be listed: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  throw new JobInputError(
    "The images are sharded by S3 key, so no host sees all classes: give a list (input processing/input/list with one .lst), or set S3DataDistributionType to FullyReplicated.",
  );
}

async function onlyList(folder: string): Promise<string | undefined> {
  const names = (await readdir(folder).catch(() => [] as string[])).filter((name) => name.endsWith(".lst"));
  if (names.length > 1)
    throw new JobInputError(
      `${folder} holds ${names.length} lists (${names.join(", ")}); give one with --list.`,
    );
  return names[0] === undefined ? undefined : join(folder, names[0]);
}

async function entriesThatAreHere({ root, entries }: ImageList): Promise<ImageList["entries"]> {
  const here = await Promise.all(
    entries.map(async ({ path }) =>
      stat(join(root, path)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return entries.filter((_, i) => here[i]);
}

function packOptions(options: ProcessContext["options"]): Omit<PackOptions, "output"> {
  const onError = options["on-error"] ?? "fail";
  if (onError !== "fail" && onError !== "skip" && onError !== "placeholder") {
    throw new JobInputError(`--on-error must be fail, skip or placeholder, not "${onError}".`);
  }
  return {
    onError,
    ...(options.resize === undefined
      ? {}
      : { resize: { kind: "short-edge", pixels: positive("resize", options.resize) } }),
    ...(options.quality === undefined ? {} : { quality: positive("quality", options.quality) }),
    ...(options["pass-through"] === undefined ? {} : { passThrough: true }),
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new JobInputError(`--${name} must be a whole number above 0, not "${text}".`);
  return value;
}

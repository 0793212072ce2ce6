import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { type CliIO, Interrupted, signalStatus, UsageError } from "@sightline/foundation/command-line";
import { showPacking } from "../cli/show-packing.js";
import { RecordIOError } from "../errors.js";
import type { ImageRecipe } from "../image/image-recipe.js";
import type { ListEntry } from "../list/image-list.js";
import { readListFile, writeListFile } from "../list/list-file.js";
import { packRecordIO } from "../pack/pack-record-io.js";
import { findIm2recLists } from "./find-lists.js";
import { type Im2recArgs, parseIm2recArgs } from "./im2rec-args.js";
import { IM2REC_HELP } from "./im2rec-help.js";
import { makeIm2recLists } from "./make-lists.js";

/**
 * im2rec.py's command line.
 *
 * @returns the exit code: 0 everything is in the records, 1 something is missing or failed, 2 wrong arguments
 */
export async function runIm2rec(words: readonly string[], io: CliIO): Promise<number> {
  try {
    const args = parseIm2recArgs(words);
    if (args.help) {
      io.out(IM2REC_HELP);
      return 0;
    }
    return args.list ? await writeLists(args, io) : await packLists(args, io);
  } catch (error) {
    if (io.signal.reason instanceof Interrupted) {
      io.err(`im2rec: ${io.signal.reason.message}; the same command goes on from here\n`);
      return signalStatus(io.signal.reason.by);
    }
    io.err(`im2rec: ${error instanceof Error ? error.message : String(error)}\n`);
    if (!(error instanceof UsageError)) return 1;
    io.err("See im2rec --help.\n");
    return 2;
  }
}

async function writeLists(args: Im2recArgs, io: CliIO): Promise<number> {
  const { lists, classes, rescued } = await makeIm2recLists(args, io.signal);
  for (const [label, name] of classes.entries()) io.out(`${name} ${label}\n`);
  for (const { suffix, entries } of lists)
    await writeListFile(`${resolve(args.prefix)}${suffix}.lst`, entries);
  if (rescued > 0) {
    io.err(
      `im2rec: ${rescued} images that im2rec.py would leave out of every list are at the end of _train\n`,
    );
  }
  return 0;
}

async function packLists(args: Im2recArgs, io: CliIO): Promise<number> {
  const { folder, names, strangers } = await findIm2recLists(args.prefix);
  for (const name of strangers) {
    io.err(
      `im2rec: ${name} is left alone: its name only begins with the prefix. Give its whole name to pack it.\n`,
    );
  }
  if (names.length === 0) {
    io.err(
      `im2rec: there is no list ${resolve(args.prefix)}.lst (nor _train, _val, _test). Make one with --list.\n`,
    );
    return 1;
  }
  let whole = true;
  for (const name of names) {
    io.out(`Creating .rec file from ${join(folder, name)} in ${folder}\n`);
    try {
      whole = (await packList(args, join(folder, name), io)) && whole;
    } catch (error) {
      // One list that cannot be packed, such as the empty _test of a small share, keeps no other from it.
      if (!(error instanceof RecordIOError) || args.onError === "fail") throw error;
      whole = false;
      io.err(`im2rec: ${name}: ${error.message}\n`);
    }
  }
  return whole ? 0 : 1;
}

/** @returns whether every line of the list is a record now */
async function packList(args: Im2recArgs, lstPath: string, io: CliIO): Promise<boolean> {
  let whole = true;
  const list = await readListFile(lstPath, resolve(args.root), {
    onBadLine: "skip",
    onSkipped: (message) => {
      whole = false;
      io.err(`im2rec: ${message}\n`);
    },
  });
  const packing = packRecordIO(
    { ...list, entries: list.entries.map((entry) => storedLabels(entry, args.packLabel)) },
    {
      ...recipeOf(args),
      output: lstPath.replace(/\.lst$/, ".rec"),
      onError: args.onError,
      workers: args.numThread === undefined ? availableParallelism() : Math.max(1, args.numThread),
      allowDuplicateIds: true,
      writeList: false,
      signal: io.signal,
    },
  );
  const { recPath, report } = await showPacking(io, packing, ({ action, reason }, write) =>
    write(`im2rec: ${action}: ${reason}`),
  );
  const seconds = report.unchanged ? "unchanged" : `${report.seconds.toFixed(1)} s`;
  io.err(`im2rec: ${recPath}: ${report.records} of ${report.listed} images, ${seconds}\n`);
  return whole && report.records === report.listed && report.placeholders === 0;
}

/** Without --pack-label only the first of several labels is stored; with it, two or more are packed. */
function storedLabels(entry: ListEntry, packLabel: boolean): ListEntry {
  return packLabel ? entry : { ...entry, labels: entry.labels.slice(0, 1) };
}

function recipeOf(args: Im2recArgs): Partial<ImageRecipe> {
  const png = args.encoding === ".png";
  return {
    passThrough: args.passThrough,
    ...(args.resize > 0 && { resize: { kind: "short-edge", pixels: args.resize } as const }),
    centerCrop: args.centerCrop,
    interpolation: "opencv-bilinear",
    color: args.color === 1 ? "rgb" : args.color === 0 ? "grey" : "unchanged",
    // cv2.imread turns images as EXIF says, except with IMREAD_UNCHANGED.
    orient: args.color !== -1,
    background: "drop",
    lane: args.exact ? "sharp" : "auto",
    encoding: png ? "png" : "jpeg",
    // OpenCV brings values outside the range to its ends.
    quality: png ? Math.min(9, Math.max(0, args.quality)) : Math.min(100, Math.max(1, args.quality)),
    maxPixels: MAX_PIXELS,
  };
}

/** OpenCV takes 2^30 pixels; a quarter of that still protects memory. */
const MAX_PIXELS = 2 ** 28;

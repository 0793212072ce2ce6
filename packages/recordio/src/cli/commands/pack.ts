import { type CliIO, type Command, type OptionValues, UsageError } from "@sightline/foundation/command-line";
import { choiceOption, numberOption, positional, textOption } from "@sightline/foundation/option-values";
import type { BoxReport } from "../../boxes/box-report.js";
import { ListError } from "../../errors.js";
import type { ImageRecipe, ResizeMode } from "../../image/image-recipe.js";
import type { ImageList } from "../../list/image-list.js";
import { shardList } from "../../list/split-list.js";
import type { PackResult } from "../../pack/pack-options.js";
import { packRecordIO } from "../../pack/pack-record-io.js";
import { writeAugmentedManifest } from "../../sagemaker/augmented-manifest.js";
import { LIST_OPTIONS, LIST_OPTIONS_HELP, listFromOptions } from "../list-options.js";
import { showPacking } from "../show-packing.js";
import { SPLIT_OPTIONS, SPLIT_OPTIONS_HELP, splitFromOptions } from "../split-options.js";

const help = `recordio pack: images to .rec, .idx, .lst and a report

Usage: recordio pack FOLDER OUTPUT [options]

OUTPUT out/drivers gives out/drivers.rec; split, out/drivers_train.rec and so on.

Images:
  --resize N            shorter side N pixels, longer floor(long x N / short)
  --resize WxH          exactly W x H
  --fit WxH             as large as fits into W x H, never enlarged
  --center-crop         the centred square first
  --encoding jpeg|png   default jpeg
  --quality N           JPEG 1-100, default 95; PNG level 0-9, default 6
  --color rgb|grey|unchanged      default rgb: always three channels
  --background #rrggbb  under transparent pixels, default #ffffff
  --no-orient           leave EXIF orientation alone
  --interpolation antialias|opencv-bilinear   the second is im2rec's
  --pass-through        store the files' own bytes (JPEG and PNG must have their end, others are decoded once)
  --max-pixels N        refuse larger images, default 64000000

Records:
  --on-error fail|skip|placeholder   default fail: no output when an image cannot be read
  --min-box-share S     with --boxes: drop a box of which less is left inside the image or --center-crop, 0 to 1,
                        default 0.3; images without a box left are left out
  --pack-labels         labels behind the header even when there is one
  --shards N            N files of nearly the same size, _0, _1 ...
  --workers N           worker threads, default the number of processors
  --manifest URI        also write OUTPUT.manifest: SageMaker's augmented manifest of the images below URI
  --json                the result as JSON on stdout

${LIST_OPTIONS_HELP}
${SPLIT_OPTIONS_HELP}
Examples:
  recordio pack pictures out/drivers --resize 210 --split group --csv drivers.csv
  recordio pack pictures out/raccoons --boxes annotations --resize 512x512 --split stratified
  recordio pack pictures out/all --resize 224x224 --on-error skip
`;

/** `recordio pack`. */
export const packCommand: Command = {
  help,
  options: {
    ...LIST_OPTIONS,
    ...SPLIT_OPTIONS,
    resize: { type: "string" },
    fit: { type: "string" },
    "center-crop": { type: "boolean" },
    encoding: { type: "string" },
    quality: { type: "string" },
    color: { type: "string" },
    background: { type: "string" },
    "no-orient": { type: "boolean" },
    interpolation: { type: "string" },
    "pass-through": { type: "boolean" },
    "max-pixels": { type: "string" },
    "on-error": { type: "string" },
    "min-box-share": { type: "string" },
    "pack-labels": { type: "boolean" },
    workers: { type: "string" },
    shards: { type: "string" },
    manifest: { type: "string" },
    json: { type: "boolean" },
  },
  async run(positionals, values, io) {
    const [folder, output] = positional(positionals, "FOLDER", "OUTPUT") as [string, string];
    const recipe = recipeFromOptions(values);
    const onError = choiceOption(values, "on-error", ["fail", "skip", "placeholder"]);
    const workers = numberOption(values, "workers", { min: 1, whole: true });
    if (values.manifest !== undefined && values.boxes !== undefined)
      throw new UsageError("--manifest writes a class for each image; it does not go with --boxes.");
    const minBoxShare = numberOption(values, "min-box-share", { min: 0, max: 1 });
    const list = await listFromOptions(folder, values, io);
    const results: PackResult[] = [];
    const parts = shardFromOptions(splitFromOptions(list, values), values);
    // Before the work: the parts ahead of it would be packed in vain.
    for (const [name, { entries }] of parts)
      if (name !== "" && entries.length === 0) throw emptyPart(name, list);
    for (const [name, entries] of parts) {
      const target = name === "" ? output : `${output.replace(/\.rec$/, "")}_${name}`;
      const packing = packRecordIO(entries, {
        ...recipe,
        output: target,
        signal: io.signal,
        ...(onError && { onError }),
        ...(workers !== undefined && { workers }),
        ...(minBoxShare !== undefined && { minBoxShare }),
        ...(values["pack-labels"] === true && { packLabels: true }),
      });
      let failed = 0;
      const result = await showPacking(io, packing, ({ action, reason }, write) => {
        // Whoever watches may rather stop it now; all are named together when the whole list is looked through.
        if (io.terminal && action === "failed" && failed++ === 0)
          write(`recordio pack: ${reason}; looking for others`);
      });
      results.push(result);
      const imagesUri = textOption(values, "manifest");
      if (imagesUri !== undefined) {
        await writeAugmentedManifest(result.recPath.replace(/\.rec$/, ".manifest"), entries, { imagesUri });
      }
    }
    show(results, values, io);
    return 0;
  },
};

function emptyPart(name: string, list: ImageList): ListError {
  return new ListError(
    `The part "${name}" gets none of the ${list.entries.length} images; nothing was packed. ` +
      "Give it a larger share, or leave it out of --parts.",
  );
}

function shardFromOptions(
  parts: ReadonlyMap<string, ImageList>,
  values: OptionValues,
): [string, ImageList][] {
  const count = numberOption(values, "shards", { min: 1, whole: true });
  if (count === undefined) return [...parts];
  return [...parts].flatMap(([part, list]) =>
    shardList(list, count).map((shard, at): [string, ImageList] => [
      part === "" ? `${at}` : `${part}_${at}`,
      shard,
    ]),
  );
}

function show(results: readonly PackResult[], values: OptionValues, io: CliIO): void {
  if (values.json === true) {
    io.out(`${JSON.stringify(results, undefined, 2)}\n`);
    return;
  }
  for (const { recPath, reportPath, report } of results) {
    const parts = [
      `${report.records} records`,
      report.unchanged ? "unchanged" : `${report.seconds.toFixed(1)} s`,
      ...(report.reused > 0 && !report.unchanged ? [`${report.reused} taken over`] : []),
      ...(report.skipped > 0 ? [`${report.skipped} skipped`] : []),
      ...(report.placeholders > 0 ? [`${report.placeholders} placeholders`] : []),
    ];
    io.out(`${recPath}: ${parts.join(", ")}\n`);
    if (report.boxes !== undefined) io.out(`  ${boxesInWords(report.boxes)}\n`);
    const lost = report.notes.filter((note) => note.action !== "converted");
    for (const note of lost.slice(0, 10)) io.err(`  ${note.action}: ${note.reason}\n`);
    const gone = report.boxes?.notes.filter(({ action }) => action !== "cut") ?? [];
    for (const { path, reason } of gone.slice(0, 10)) io.err(`  ${path}: ${reason}\n`);
    if ((report.boxes?.notes.length ?? 0) > 0) io.err(`  each of those boxes: ${reportPath}\n`);
    if (report.notes.length > 0)
      io.err(`  ${report.notes.length} images were not taken as they are: ${reportPath}\n`);
  }
}

function boxesInWords({ kept, cut, dropped, imagesLeftOut }: BoxReport): string {
  const parts = [
    `${kept} boxes`,
    ...(cut > 0 ? [`${cut} of them cut at the border`] : []),
    ...(dropped > 0 ? [`${dropped} others dropped`] : []),
    ...(imagesLeftOut > 0 ? [`${imagesLeftOut} images left out`] : []),
  ];
  return parts.join(", ");
}

function recipeFromOptions(values: OptionValues): Partial<ImageRecipe> {
  const encoding = choiceOption(values, "encoding", ["jpeg", "png"]);
  const color = choiceOption(values, "color", ["rgb", "grey", "unchanged"]);
  const interpolation = choiceOption(values, "interpolation", ["antialias", "opencv-bilinear"]);
  const quality = numberOption(values, "quality", { min: 0, whole: true });
  const maxPixels = numberOption(values, "max-pixels", { min: 1, whole: true });
  const background = textOption(values, "background");
  if (background !== undefined && background !== "drop" && !/^#[0-9a-f]{6}$/i.test(background)) {
    throw new UsageError(`--background takes #rrggbb, not "${background}".`);
  }
  const resize = resizeMode(values);
  return {
    ...(resize && { resize }),
    ...(encoding && { encoding }),
    ...(color && { color }),
    ...(interpolation && { interpolation }),
    ...(quality !== undefined && { quality }),
    ...(maxPixels !== undefined && { maxPixels }),
    ...(background !== undefined && { background }),
    ...(values["center-crop"] === true && { centerCrop: true }),
    ...(values["no-orient"] === true && { orient: false }),
    ...(values["pass-through"] === true && { passThrough: true }),
  };
}

function resizeMode(values: OptionValues): ResizeMode | undefined {
  const resize = textOption(values, "resize");
  const fit = textOption(values, "fit");
  if (resize !== undefined && fit !== undefined) throw new UsageError("Give --resize or --fit, not both.");
  const text = resize ?? fit;
  if (text === undefined) return undefined;
  const both = /^(\d+)x(\d+)$/.exec(text);
  if (both !== null) {
    return { kind: fit === undefined ? "exact" : "fit", width: Number(both[1]), height: Number(both[2]) };
  }
  if (fit === undefined && /^\d+$/.test(text)) return { kind: "short-edge", pixels: Number(text) };
  throw new UsageError(`--${fit === undefined ? "resize takes N or WxH" : "fit takes WxH"}, not "${text}".`);
}

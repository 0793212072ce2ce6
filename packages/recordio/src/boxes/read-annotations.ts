import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ListError } from "../errors.js";
import { naming } from "../files/read-problem.js";
import { sortByCodePoint } from "../list/image-list.js";
import type { TableColumns } from "../list/list-from-table.js";
import type { Annotations } from "./annotation.js";
import { readBoxesCsv } from "./read-boxes-csv.js";
import { readCoco } from "./read-coco.js";
import { readGroundTruth } from "./read-ground-truth.js";
import { type AnnotationFile, readVoc } from "./read-voc.js";
import { readYolo } from "./read-yolo.js";
import { namesInYaml } from "./yolo-names.js";

/** What a reader is told beside the file. */
export interface ReadAnnotationsOptions {
  /** Class names in label order. */
  readonly classes?: readonly string[];
  /** Columns of a table; `group` also names the field of COCO's images and of a manifest's lines. */
  readonly columns?: TableColumns;
  /** Stops it; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads annotations of any format, known by what is there: a folder of `.xml` (Pascal VOC) or `.txt` (YOLO), COCO's JSON,
 * JSON lines (Ground Truth), or else a table (CSV).
 *
 * @throws RecordIOError when it cannot be read; ListError when it is of none of these formats, with file and line
 */
export async function readAnnotations(path: string, options: ReadAnnotationsOptions): Promise<Annotations> {
  options.signal?.throwIfAborted();
  const info = await naming(path, async () => await stat(path));
  if (info.isDirectory()) return await readFolder(path, options);
  const text = (await readText(path, options.signal)).replace(/^\ufeff/, "");
  if (!/^\s*\{/.test(text)) return readBoxesCsv(text, path, options.classes, options.columns ?? {});
  const group = options.columns?.group;
  const whole = parseObject(text);
  // A manifest of one line is an object too.
  if (whole !== undefined && !("source-ref" in whole)) return readCoco(whole, path, options.classes, group);
  const lines = text.split("\n").flatMap((line, at) => {
    if (line.trim() === "") return [];
    const place = `${path}:${at + 1}`;
    const object = parseObject(line);
    if (object === undefined) {
      throw new ListError(`${place}: neither COCO's JSON nor a line of a manifest: ${line.slice(0, 80)}`);
    }
    return [{ place, line: object }];
  });
  return readGroundTruth(lines, path, options.classes, group);
}

async function readFolder(path: string, options: ReadAnnotationsOptions): Promise<Annotations> {
  const found = await naming(path, async () => await readdir(path, { recursive: true }));
  const names = found.map((name) => name.replaceAll("\\", "/"));
  const xml = names.filter((name) => /\.xml$/i.test(name));
  if (xml.length > 0) return readVoc(await readTexts(path, xml, options.signal), options.classes);
  const classFiles = names.filter((name) => CLASS_FILES.has(basename(name)) || /\.names$/i.test(name));
  const txt = names.filter((name) => /\.txt$/i.test(name) && !NO_LABELS.has(basename(name)));
  if (txt.length === 0) {
    throw new ListError(
      `${path}: a folder of annotations holds .xml (Pascal VOC) or .txt (YOLO) files; this one has ${names.length} others.`,
    );
  }
  const classes = options.classes ?? (await yoloNames(path, classFiles));
  return readYolo(await readTexts(path, txt, options.signal), classes);
}

/** Files of class names beside YOLO's labels. */
const CLASS_FILES: ReadonlySet<string> = new Set(["classes.txt", "data.yaml", "dataset.yaml"]);

/** Text files that are no labels: class names, and Darknet's lists of images. */
const NO_LABELS: ReadonlySet<string> = new Set([
  "classes.txt",
  "train.txt",
  "val.txt",
  "valid.txt",
  "test.txt",
]);

/** Class names in the folder, or in the one or two above it, as Ultralytics lays out `labels/train`. */
async function yoloNames(folder: string, inside: readonly string[]): Promise<string[] | undefined> {
  const above = [dirname(folder), dirname(dirname(folder))].flatMap((parent) =>
    [...CLASS_FILES, "obj.names"].map((name) => join(parent, name)),
  );
  for (const path of [...inside.map((name) => join(folder, name)), ...above]) {
    const text = await naming(path, async () => await readIfThere(path));
    if (text === undefined) continue;
    const names = path.endsWith(".yaml") ? await namesInYaml(text, path) : lines(text);
    if (names !== undefined && names.length > 0) return names;
  }
  return undefined;
}

async function readIfThere(path: string): Promise<string | undefined> {
  return await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}

function lines(text: string): string[] {
  return text
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

async function readTexts(
  folder: string,
  names: string[],
  signal: AbortSignal | undefined,
): Promise<AnnotationFile[]> {
  const files: AnnotationFile[] = [];
  for (const name of sortByCodePoint(names)) {
    const place = join(folder, name);
    files.push({ path: name, place, text: await readText(place, signal) });
  }
  return files;
}

async function readText(path: string, signal: AbortSignal | undefined): Promise<string> {
  signal?.throwIfAborted();
  const text = await naming(path, async () => await readFile(path, "utf8"));
  signal?.throwIfAborted();
  return text;
}

function parseObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

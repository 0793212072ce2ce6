import { UsageError } from "@sightline/foundation/command-line";

/** im2rec.py's arguments (tools/im2rec.py of MXNet 1.9), with its defaults. */
export interface Im2recArgs {
  /** Path of the lists and records, without their endings. */
  readonly prefix: string;
  /** Folder of the images. */
  readonly root: string;
  /** `--list`: make lists instead of records. Default false. */
  readonly list: boolean;
  /** `--exts`: file name endings. Default `.jpeg .jpg .png`. */
  readonly exts: readonly string[];
  /** `--chunks`: number of lists, from 1. Default 1. */
  readonly chunks: number;
  /** `--train-ratio`: share of `_train`, 0 to 1. Default 1. */
  readonly trainRatio: number;
  /** `--test-ratio`: share of `_test`, 0 to 1. Default 0. */
  readonly testRatio: number;
  /** `--recursive`: sub-folders too, a label for each. Default false: every label is 0. */
  readonly recursive: boolean;
  /** Without `--no-shuffle`: Python's shuffle with the seed 100. Default true. */
  readonly shuffle: boolean;
  /** `--pass-through`: the files' own bytes. Default false. */
  readonly passThrough: boolean;
  /** `--resize`: the shorter side in pixels; 0 (default) leaves sides as they are. */
  readonly resize: number;
  /** `--center-crop`: the centred square first. Default false. */
  readonly centerCrop: boolean;
  /** `--quality`: JPEG 1 to 100, PNG 0 to 9. Default 95. */
  readonly quality: number;
  /** Undefined when not given: then all processors are used. */
  readonly numThread: number | undefined;
  /** `--color`: 1 (default) colour, 0 grey, -1 as in the file. */
  readonly color: -1 | 0 | 1;
  /** `--encoding`. Default `.jpg`. */
  readonly encoding: ".jpg" | ".png";
  /** `--pack-label`: all labels of a line, not only the first. Default false. */
  readonly packLabel: boolean;
  /** Ours: what is done about an image that cannot be packed. Default `"skip"`. */
  readonly onError: "skip" | "fail" | "placeholder";
  /** Ours: the same bytes as im2rec.py, by libjpeg's exact transforms. */
  readonly exact: boolean;
  /** `--help`. */
  readonly help: boolean;
}

const FLAGS = [
  "list",
  "recursive",
  "no-shuffle",
  "pass-through",
  "center-crop",
  "pack-label",
  "exact",
  "help",
] as const;
const VALUES = [
  "exts",
  "chunks",
  "train-ratio",
  "test-ratio",
  "resize",
  "quality",
  "num-thread",
  "color",
  "encoding",
  "on-error",
] as const;

/** Options that im2rec.py does not have. They are never shortened: `--ex` stays its `--exts`. */
const OURS: readonly string[] = ["exact", "on-error"];

/**
 * Parses a command line as Python's argparse does there: options anywhere, `--name value` or `--name=value`, names
 * shortened as long as they are clear, `--exts` taking every word up to the next option, and none after a bare `--`.
 *
 * @throws UsageError for what argparse would refuse
 */
export function parseIm2recArgs(args: readonly string[]): Im2recArgs {
  const given = new Map<string, string[]>();
  const positionals: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!;
    if (word === "--") {
      positionals.push(...args.slice(at + 1));
      break;
    }
    if (!isOption(word)) {
      positionals.push(word);
      continue;
    }
    const [spelled, inline] = splitInline(word);
    const name = fullName(spelled);
    // Help is given whatever else the line holds.
    if (name === "help" && inline === undefined) return collect(new Map([["help", []]]), []);
    if ((FLAGS as readonly string[]).includes(name)) {
      if (inline !== undefined) throw new UsageError(`argument --${name}: takes no value, not "${inline}".`);
      given.set(name, []);
      continue;
    }
    const values = inline === undefined ? [] : [inline];
    const most = name === "exts" ? Number.POSITIVE_INFINITY : 1;
    while (inline === undefined && values.length < most && at + 1 < args.length && !isOption(args[at + 1]!)) {
      values.push(args[++at]!);
    }
    if (values.length === 0) throw new UsageError(`argument --${name}: expected a value.`);
    given.set(name, values);
  }
  return collect(given, positionals);
}

function collect(given: ReadonlyMap<string, readonly string[]>, positionals: readonly string[]): Im2recArgs {
  const help = given.has("help");
  if (!help && positionals.length < 2) {
    throw new UsageError(
      `the following arguments are required: ${["prefix", "root"].slice(positionals.length).join(", ")}.`,
    );
  }
  if (positionals.length > 2)
    throw new UsageError(`unrecognized arguments: ${positionals.slice(2).join(" ")}.`);
  const whole = (name: string, fallback: number): number => wholeNumber(name, given.get(name)?.[0], fallback);
  const ratio = (name: string, fallback: number): number => realNumber(name, given.get(name)?.[0], fallback);
  const threads = given.has("num-thread") ? whole("num-thread", 1) : undefined;
  const chunks = whole("chunks", 1);
  if (chunks < 1) throw new UsageError(`argument --chunks: must be at least 1, not ${chunks}.`);
  const resize = whole("resize", 0);
  if (resize < 0) throw new UsageError(`argument --resize: must be at least 0 pixels, not ${resize}.`);
  return {
    prefix: positionals[0] ?? "",
    root: positionals[1] ?? "",
    list: given.has("list"),
    exts: given.get("exts") ?? [".jpeg", ".jpg", ".png"],
    chunks,
    trainRatio: ratio("train-ratio", 1),
    testRatio: ratio("test-ratio", 0),
    recursive: given.has("recursive"),
    shuffle: !given.has("no-shuffle"),
    passThrough: given.has("pass-through"),
    resize,
    centerCrop: given.has("center-crop"),
    quality: whole("quality", 95),
    numThread: threads,
    color: COLORS[choice("color", `${whole("color", 1)}`, ["1", "0", "-1"] as const)],
    encoding: choice("encoding", given.get("encoding")?.[0], [".jpg", ".png"] as const),
    packLabel: given.has("pack-label"),
    onError: choice("on-error", given.get("on-error")?.[0], ["skip", "fail", "placeholder"] as const),
    exact: given.has("exact"),
    help,
  };
}

const COLORS = { "1": 1, "0": 0, "-1": -1 } as const;

/** A word that starts with a dash, unless it is a negative number (`--color -1`), as argparse decides. */
function isOption(word: string): boolean {
  return word.startsWith("-") && word.length > 1 && !/^-\d+$|^-\d*\.\d+$/.test(word);
}

function splitInline(word: string): [string, string | undefined] {
  const equals = word.indexOf("=");
  return equals === -1 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)];
}

function fullName(spelled: string): string {
  if (spelled === "-h") return "help";
  const wanted = spelled.startsWith("--") ? spelled.slice(2) : "";
  const names: readonly string[] = [...FLAGS, ...VALUES];
  if (names.includes(wanted)) return wanted;
  const matches =
    wanted === "" ? [] : names.filter((name) => !OURS.includes(name) && name.startsWith(wanted));
  if (matches.length === 1) return matches[0]!;
  const problem =
    matches.length > 1
      ? `ambiguous option: ${spelled} could match ${matches.join(", ")}`
      : `unrecognized argument: ${spelled}`;
  throw new UsageError(`${problem}.`);
}

function wholeNumber(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (!/^\s*[+-]?\d+\s*$/.test(text))
    throw new UsageError(`argument --${name}: invalid int value: '${text}'.`);
  return Number(text);
}

function realNumber(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (!/^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i.test(text))
    throw new UsageError(`argument --${name}: invalid float value: '${text}'.`);
  return Number(text);
}

function choice<T extends string>(name: string, text: string | undefined, choices: readonly [T, ...T[]]): T {
  if (text === undefined) return choices[0];
  const found = choices.find((candidate) => candidate === text);
  if (found === undefined) {
    throw new UsageError(
      `argument --${name}: invalid choice: '${text}' (choose from ${choices.join(", ")}).`,
    );
  }
  return found;
}

import { type OptionValues, UsageError } from "@sightline/foundation/command-line";
import { choiceOption, numberOption, textOption } from "@sightline/foundation/option-values";
import type { ImageList } from "../list/image-list.js";
import { sampleList, splitList } from "../list/split-list.js";

/** Options that say how a list is split. */
export const SPLIT_OPTIONS = {
  split: { type: "string" },
  parts: { type: "string" },
  seed: { type: "string" },
  sample: { type: "string" },
  assign: { type: "string", multiple: true },
} as const;

/** Their help. */
export const SPLIT_OPTIONS_HELP = `Splitting:
  --split KIND          random | stratified | group (no group in two parts)
  --parts NAME=SHARE,.. default train=0.8,validation=0.2, or proportions: train=4,validation=1;
                        every image lands in exactly one part
  --assign PART=G1,G2   with --split group: these groups go into PART
  --seed N              default 100; the same seed gives the same split everywhere
  --sample FRACTION     use only this share of each class
`;

/** The parts of a list, as the options say; one part without a name when it is not split. */
export function splitFromOptions(list: ImageList, values: OptionValues): ReadonlyMap<string, ImageList> {
  const kind = choiceOption(values, "split", ["random", "stratified", "group"]);
  const seed = numberOption(values, "seed", { min: 0, whole: true }) ?? 100;
  const fraction = numberOption(values, "sample") ?? 1;
  if (values.assign !== undefined && kind !== "group") throw new UsageError("--assign needs --split group.");
  if (kind === undefined) {
    if (values.parts !== undefined)
      throw new UsageError("--parts needs --split random, stratified or group.");
    return new Map([["", fraction === 1 ? list : sampleList(list, fraction, seed)]]);
  }
  const parts = parseParts(textOption(values, "parts") ?? "train=0.8,validation=0.2");
  const common = { parts, seed, sampleFraction: fraction };
  const split =
    kind === "group"
      ? splitList(list, { ...common, kind, assign: parseAssign(values.assign) })
      : splitList(list, { ...common, kind });
  return new Map(Object.entries(split));
}

function parseParts(text: string): Record<string, number> {
  const parts: Record<string, number> = {};
  for (const piece of text.split(",")) {
    const match = /^([A-Za-z0-9_-]+)=(\d*\.?\d+)$/.exec(piece.trim());
    if (match === null) throw new UsageError(`--parts takes NAME=SHARE,NAME=SHARE, not "${text}".`);
    if (Object.hasOwn(parts, match[1]!)) throw new UsageError(`--parts names "${match[1]}" twice.`);
    parts[match[1]!] = Number(match[2]);
  }
  const shares = Object.values(parts);
  const sum = shares.reduce((total, share) => total + share, 0);
  // Whole numbers are proportions, whatever they sum to.
  if (sum > 1 + 1e-9 && !shares.every(Number.isInteger)) {
    throw new UsageError(
      `--parts "${text}" sums to ${Number(sum.toFixed(6))}; fractions sum to 1 at most. Whole numbers such as train=8,validation=3 are proportions.`,
    );
  }
  return parts;
}

function parseAssign(given: OptionValues[string]): Record<string, string[]> {
  const assign: Record<string, string[]> = {};
  for (const text of Array.isArray(given) ? given : []) {
    const match = /^([A-Za-z0-9_-]+)=(.+)$/.exec(String(text));
    if (match === null) throw new UsageError(`--assign takes PART=GROUP,GROUP, not "${String(text)}".`);
    const groups = match[2]!.split(",").map((group) => group.trim());
    assign[match[1]!] = [...(assign[match[1]!] ?? []), ...groups];
  }
  return assign;
}

import { ListError } from "../errors.js";
import { boxesOf } from "../format/box-labels.js";
import { countedLabels } from "../format/detection-label.js";
import { compareCodePoints, type ImageList, type ListEntry } from "./image-list.js";
import { PythonRandom } from "./python-random.js";

/** What all kinds of split have in common. */
interface SplitBase<Part extends string> {
  /**
   * The parts and their shares, in order, such as `{ train: 0.8, validation: 0.2 }`. Shares are relative:
   * whatever they sum to, every image lands in exactly one part.
   */
  readonly parts: Readonly<Record<Part, number>>;
  /** Seed of the shuffle, a whole number from 0. The same seed gives the same split on every machine. Default 100. */
  readonly seed?: number;
  /** Share of each class that is used at all, above 0 to 1. Default 1. */
  readonly sampleFraction?: number;
}

/** How {@link splitList} splits. */
export type SplitOptions<Part extends string> = SplitBase<Part> &
  (
    | { readonly kind: "random" }
    /**
     * Each class is split by itself, so every part has the classes in the same proportion. An image with boxes of several
     * counts for the one that fewest images have.
     */
    | { readonly kind: "stratified" }
    /** No group lies in two parts: what is measured on one part was never seen in another. */
    | {
        readonly kind: "group";
        /** The group of an entry. Default: its `group`. */
        readonly groupOf?: (entry: ListEntry) => string | undefined;
        /** Groups put into a part by name; the others are distributed. */
        readonly assign?: Readonly<Partial<Record<Part, readonly string[]>>>;
      }
  );

/**
 * Splits a list into parts; every image lands in exactly one. Ids are kept, order is shuffled by the seed.
 *
 * @throws ListError when a group is missing or assigned twice, or there are fewer groups than parts
 * @throws RangeError when a share is negative or all are 0, or groups are assigned to a part that is not there
 * @example
 * ```ts
 * const { train, validation } = splitList(list, { kind: "group", parts: { train: 0.8, validation: 0.2 } });
 * ```
 */
export function splitList<Part extends string>(
  list: ImageList,
  options: SplitOptions<Part>,
): Readonly<Record<Part, ImageList>> {
  const names = Object.keys(options.parts) as Part[];
  const shares = names.map((name) => options.parts[name]);
  checkShares(names, shares);
  const random = new PythonRandom(options.seed ?? 100);
  const entries = sample(list.entries, options.sampleFraction ?? 1, random);
  const parts = splitEntries(entries, names, shares, options, random);
  return Object.fromEntries(
    names.map((name, at) => [
      name,
      {
        root: list.root,
        classes: list.classes,
        entries: parts[at]!,
        ...(list.boxes && { boxes: list.boxes }),
      },
    ]),
  ) as unknown as Record<Part, ImageList>;
}

/** Takes a share of each class, at least one image of each, in list order. */
export function sampleList(list: ImageList, fraction: number, seed = 100): ImageList {
  return { ...list, entries: sample(list.entries, fraction, new PythonRandom(seed)) };
}

/** Cuts a list into `count` shards of nearly the same size, in order. */
export function shardList(list: ImageList, count: number): ImageList[] {
  if (!Number.isInteger(count) || count < 1 || count > list.entries.length) {
    throw new RangeError(
      `The number of shards must be from 1 to the ${list.entries.length} images, not ${count}.`,
    );
  }
  const shares = new Array<number>(count).fill(1);
  return cut(list.entries, shares).map((entries) => ({ ...list, entries }));
}

/**
 * Cuts `count` into whole numbers in proportion to the shares: largest remainder first, so that they sum to
 * `count` and nothing is lost.
 *
 * @throws RangeError when a share is negative or not finite, or all are 0
 */
export function apportion(count: number, shares: readonly number[]): number[] {
  checkShares(
    shares.map((_, at) => `share ${at}`),
    shares,
  );
  const largest = shares.reduce((most, share) => Math.max(most, share), 0);
  // Neither the sum nor a product must run past what a number holds.
  const relative = largest > 1e200 ? shares.map((share) => share / largest) : shares;
  const sum = relative.reduce((total, share) => total + share, 0);
  const exact = relative.map((share) => (count * share) / sum);
  const whole = exact.map((value) => Math.floor(value + 1e-9));
  const left = count - whole.reduce((total, value) => total + value, 0);
  const order = exact
    .map((value, at) => ({ at, rest: value - whole[at]! }))
    .sort((a, b) => b.rest - a.rest || a.at - b.at);
  for (const { at } of order.slice(0, left)) whole[at]! += 1;
  return whole;
}

function splitEntries<Part extends string>(
  entries: readonly ListEntry[],
  names: readonly Part[],
  shares: readonly number[],
  options: SplitOptions<Part>,
  random: PythonRandom,
): ListEntry[][] {
  switch (options.kind) {
    case "random":
      return cut(random.shuffle(entries), shares);
    case "stratified": {
      const byClass = [...groupBy(entries, classKeys(entries))].map(([, members]) =>
        cut(random.shuffle(members), shares),
      );
      return names.map((_, at) => random.shuffle(byClass.flatMap((parts) => parts[at]!)));
    }
    case "group":
      return splitByGroup(entries, names, shares, options, random);
  }
}

function splitByGroup<Part extends string>(
  entries: readonly ListEntry[],
  names: readonly Part[],
  shares: readonly number[],
  options: Extract<SplitOptions<Part>, { kind: "group" }>,
  random: PythonRandom,
): ListEntry[][] {
  const groups = groupBy(entries, (entry) => {
    const group = options.groupOf === undefined ? entry.group : options.groupOf(entry);
    if (group === undefined || group === "") {
      throw new ListError(
        `${entry.path}: the image has no group, which this kind of split keeps together. Take the list from a table with a ` +
          "column for it (subject or group, or the one that you name), boxes from annotations with such a field or images in folders, or split otherwise.",
      );
    }
    return group;
  });
  const parts: ListEntry[][] = names.map(() => []);
  const assigned = assignedParts(names, options.assign, groups);
  for (const [group, part] of assigned) parts[part] = parts[part]!.concat(groups.get(group)!);
  const free = random.shuffle(
    [...groups.keys()].filter((group) => !assigned.has(group)).sort(compareCodePoints),
  );
  const wanted = apportion(entries.length, shares);
  const used = names.filter((_, at) => wanted[at]! > 0).length;
  if (groups.size < used) {
    throw new ListError(
      `${groups.size} groups cannot fill ${used} parts (${names.join(", ")}); a group is never divided.`,
    );
  }
  // Largest first into the part that lacks most: sizes come out close to the shares.
  free.sort((a, b) => groups.get(b)!.length - groups.get(a)!.length);
  for (const [index, group] of free.entries()) {
    const empty = parts.findIndex((part, at) => part.length === 0 && wanted[at]! > 0);
    const emptyCount = parts.filter((part, at) => part.length === 0 && wanted[at]! > 0).length;
    const mustFill = empty !== -1 && free.length - index <= emptyCount;
    const target = mustFill ? empty : mostLacking(parts, wanted);
    parts[target] = parts[target]!.concat(groups.get(group)!);
  }
  return parts.map((part) => random.shuffle(part));
}

function mostLacking(parts: readonly ListEntry[][], wanted: readonly number[]): number {
  let best = 0;
  for (let at = 1; at < parts.length; at++) {
    if (wanted[at]! - parts[at]!.length > wanted[best]! - parts[best]!.length) best = at;
  }
  return best;
}

function assignedParts<Part extends string>(
  names: readonly Part[],
  assign: Readonly<Partial<Record<Part, readonly string[]>>> | undefined,
  groups: ReadonlyMap<string, unknown>,
): Map<string, number> {
  const assigned = new Map<string, number>();
  for (const name of Object.keys(assign ?? {})) {
    if (!names.includes(name as Part)) {
      throw new RangeError(`Groups are assigned to "${name}", but the parts are ${names.join(", ")}.`);
    }
  }
  for (const [at, name] of names.entries()) {
    for (const group of assign?.[name] ?? []) {
      if (!groups.has(group)) {
        throw new ListError(
          `The group "${group}" assigned to ${name} does not occur. Groups: ${[...groups.keys()].join(", ")}.`,
        );
      }
      if (assigned.has(group)) throw new ListError(`The group "${group}" is assigned to two parts.`);
      assigned.set(group, at);
    }
  }
  return assigned;
}

function sample(entries: readonly ListEntry[], fraction: number, random: PythonRandom): readonly ListEntry[] {
  if (!(fraction > 0 && fraction <= 1)) {
    throw new RangeError(`sampleFraction must be above 0 and at most 1, not ${fraction}.`);
  }
  if (fraction === 1) return entries;
  const kept = new Set<ListEntry>();
  for (const members of groupBy(entries, classKeys(entries)).values()) {
    const count = Math.max(1, Math.round(members.length * fraction));
    for (const entry of random.shuffle(members).slice(0, count)) kept.add(entry);
  }
  return entries.filter((entry) => kept.has(entry));
}

function cut(entries: readonly ListEntry[], shares: readonly number[]): ListEntry[][] {
  let start = 0;
  return apportion(entries.length, shares).map((count) => {
    start += count;
    return entries.slice(start - count, start);
  });
}

/** Members by key; keys in code point order, so that the list's own order does not matter for the draw. */
function groupBy(
  entries: readonly ListEntry[],
  keyOf: (entry: ListEntry) => string,
): Map<string, ListEntry[]> {
  const groups = new Map<string, ListEntry[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [entry]);
    else members.push(entry);
  }
  return new Map([...groups].sort(([a], [b]) => compareCodePoints(a, b)));
}

/** The class that an entry counts for; of several boxes the one that fewest entries have, which is the hardest to share out. */
function classKeys(entries: readonly ListEntry[]): (entry: ListEntry) => string {
  const counts = new Map<number, number>();
  const boxed = entries.filter(({ labels }) => boxesOf(labels) !== undefined);
  for (const { labels } of boxed) {
    for (const label of countedLabels(labels)) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return ({ labels }) => {
    if (boxesOf(labels) === undefined) return labels.join(",");
    const rarest = countedLabels(labels).reduce((a, b) => (counts.get(b)! < counts.get(a)! ? b : a));
    return `boxes of ${rarest}`;
  };
}

function checkShares(names: readonly string[], shares: readonly number[]): void {
  if (names.length === 0)
    throw new RangeError("Give at least one part, such as { train: 0.8, validation: 0.2 }.");
  for (const [at, share] of shares.entries()) {
    if (!(share >= 0 && share < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`The share of "${names[at]}" must be a number from 0, not ${share}.`);
    }
  }
  if (shares.every((share) => share === 0))
    throw new RangeError("At least one part must have a share above 0.");
}

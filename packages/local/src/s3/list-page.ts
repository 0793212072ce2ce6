import { AwsError } from "../errors.js";
import { encodeStrict } from "../wire/percent-encoding.js";
import { compareKeys } from "./object.js";

/** Most items of one page, as S3 has it. */
const MAX_ITEMS = 1000;

/** What is asked of a listing. */
export interface ListQuery {
  /** What keys begin with; empty for all. */
  readonly prefix: string;
  /** Keys that share what comes before it count as one; empty for none. */
  readonly delimiter: string;
  /** Most items and groups of the page. */
  readonly max: number;
  /** Encodes a key or prefix as `encoding-type` asks. */
  readonly show: (text: string) => string;
  /** `url` or undefined. */
  readonly encoding: string | undefined;
}

/** A page of a listing. */
export interface ListPage<Item> {
  /** The items that are in no group. */
  readonly items: readonly Item[];
  /** What the keys of each group begin with. */
  readonly commonPrefixes: readonly string[];
  /** Last key or common prefix of the page when there is more, to continue after. */
  readonly next: string | undefined;
}

/** Reads what every listing has in its query. @throws AwsError InvalidArgument */
export function readListQuery(query: ReadonlyMap<string, string>, maxName: string): ListQuery {
  const encoding = query.get("encoding-type");
  if (encoding !== undefined && encoding !== "url") {
    throw new AwsError("InvalidArgument", "Invalid Encoding Method specified in Request");
  }
  // S3 leaves the slash as it is.
  const show = (text: string) => (encoding === undefined ? text : encodeStrict(text).replaceAll("%2F", "/"));
  const [prefix, delimiter] = [query.get("prefix") ?? "", query.get("delimiter") ?? ""];
  return { prefix, delimiter, max: readCount(maxName, query.get(maxName)), show, encoding };
}

/** Reads a page's size: at most, and unless it is said, `most`. @throws AwsError InvalidArgument */
export function readCount(name: string, given: string | undefined, most = MAX_ITEMS): number {
  const value = given || String(most);
  if (/^\d{1,10}$/.test(value)) return Math.min(Number(value), most);
  throw new AwsError("InvalidArgument", `Argument ${name} must be an integer between 0 and 2147483647`);
}

/** Reads the part number that a page begins after; 0 unless it is said. @throws AwsError InvalidArgument */
export function readMarker(value: string | undefined): number {
  if (/^\d{0,10}$/.test(value ?? "")) return Number(value ?? 0);
  throw new AwsError(
    "InvalidArgument",
    "Argument part-number-marker must be an integer between 0 and 2147483647",
  );
}

/**
 * Takes a page of sorted items: those below the prefix and after `after`, keys that share a prefix up
 * to the delimiter counting as one. `from` is where to begin to look.
 */
export function takePage<Item>(
  sorted: readonly Item[],
  keyOf: (item: Item) => string,
  { prefix, delimiter, max }: Pick<ListQuery, "prefix" | "delimiter" | "max">,
  after: string,
  from = 0,
): ListPage<Item> {
  const items: Item[] = [];
  const commonPrefixes: string[] = [];
  let last = "";
  if (max === 0) return { items, commonPrefixes, next: undefined };
  for (let index = from; index < sorted.length; index++) {
    const item = sorted[index]!;
    const key = keyOf(item);
    if (!key.startsWith(prefix)) {
      if (compareKeys(key, prefix) > 0) break;
      continue;
    }
    const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    const common = cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
    if (common !== undefined && (common === commonPrefixes.at(-1) || after.startsWith(common))) continue;
    if (items.length + commonPrefixes.length >= max) return { items, commonPrefixes, next: last };
    if (common === undefined) items.push(item);
    else commonPrefixes.push(common);
    last = common ?? key;
  }
  return { items, commonPrefixes, next: undefined };
}

/** Index of the first of sorted keys that is not below `wanted`, or, where `past`, that is above it. */
export function boundOf(keys: readonly string[], wanted: string, past: boolean): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = compareKeys(keys[middle]!, wanted);
    if (order < 0 || (past && order === 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}

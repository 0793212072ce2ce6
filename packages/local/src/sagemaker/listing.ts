import { AwsError } from "../errors.js";
import type { JsonInput } from "../wire/json-service.js";

/** What every listed resource has. */
export interface Listed {
  readonly name: string;
  /** ms since 1970. */
  readonly created: number;
  readonly modified: number;
  readonly status?: string;
}

/** A page of a List operation. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextToken: string | undefined;
}

/** Filters, sorts and pages as SageMaker's List operations do: newest first unless told otherwise. */
export function listPage<Item extends Listed>(items: readonly Item[], input: JsonInput): Page<Item> {
  const text = (name: string) => input[name] as string | undefined;
  const time = (name: string) => (input[name] === undefined ? undefined : (input[name] as number) * 1000);
  const within = (value: number, after?: number, before?: number) =>
    (after === undefined || value > after) && (before === undefined || value < before);
  const wanted = items.filter(
    (item) =>
      (text("NameContains") === undefined || item.name.includes(text("NameContains")!)) &&
      (text("StatusEquals") === undefined || item.status === text("StatusEquals")) &&
      within(item.created, time("CreationTimeAfter"), time("CreationTimeBefore")) &&
      within(item.modified, time("LastModifiedTimeAfter"), time("LastModifiedTimeBefore")),
  );
  const direction = text("SortOrder") === "Ascending" ? 1 : -1;
  const compare = (a: Position, b: Position) => direction * (order(a[0], b[0]) || order(a[1], b[1]));
  const sorted = wanted
    .map((item) => ({ item, position: positionOf(item, text("SortBy")) }))
    .sort((a, b) => compare(a.position, b.position));
  const after = readToken(text("NextToken"));
  const rest = after === undefined ? sorted : sorted.filter(({ position }) => compare(position, after) > 0);
  const page = rest.slice(0, (input.MaxResults as number | undefined) ?? 10);
  return {
    items: page.map(({ item }) => item),
    nextToken: page.length < rest.length ? writeToken(page.at(-1)!.position) : undefined,
  };
}

/** What an item is sorted by, and its name, which tells it from others of the same. */
type Position = readonly [key: string | number, name: string];

function positionOf(item: Listed, sortBy: string | undefined): Position {
  switch (sortBy) {
    case "Name":
      return [item.name, item.name];
    case "Status":
      return [item.status ?? "", item.name];
    case "LastModifiedTime":
      return [item.modified, item.name];
    default:
      return [item.created, item.name];
  }
}

/** A token names the last item shown, not its number: what is deleted between two pages moves nothing. */
function writeToken(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url");
}

function readToken(token: string | undefined): Position | undefined {
  if (token === undefined) return undefined;
  try {
    const position: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    if (Array.isArray(position) && position.length === 2) return position as unknown as Position;
  } catch {
    // Falls through: not one of ours.
  }
  throw new AwsError("ValidationException", "Invalid NextToken.");
}

function order(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

import { AwsError } from "../errors.js";

/** What every resource is kept with. */
export interface Kept {
  readonly name: string;
  readonly arn: string;
  /** ms since 1970, as all times here. */
  readonly created: number;
  readonly modified: number;
}

/** What every listed resource has. */
export interface Listed extends Omit<Kept, "arn"> {
  readonly status?: string;
}

/** A page of a List operation. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextToken: string | undefined;
}

/** What the inputs of the List operations have in common. */
export interface ListQuery {
  readonly NameContains?: string;
  readonly StatusEquals?: string;
  readonly CreationTimeAfter?: Date;
  readonly CreationTimeBefore?: Date;
  readonly LastModifiedTimeAfter?: Date;
  readonly LastModifiedTimeBefore?: Date;
  readonly SortBy?: string;
  readonly SortOrder?: string;
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

/** Which members of a List operation's input are honoured: those of `ListQuery`, but for its status and changes. */
export const HONOURED_LISTING = {
  NameContains: "done",
  CreationTimeAfter: "done",
  CreationTimeBefore: "done",
  SortBy: "done",
  SortOrder: "done",
  MaxResults: "done",
  NextToken: "done",
} as const;

/** The same, where the things have a status and change. */
export const HONOURED_STATUS_LISTING = {
  ...HONOURED_LISTING,
  StatusEquals: "done",
  LastModifiedTimeAfter: "done",
  LastModifiedTimeBefore: "done",
} as const;

/**
 * Filters, sorts and pages as SageMaker's List operations do: newest first unless told otherwise.
 *
 * @param keyOf what an item is sorted by where `SortBy` names something that others have not
 */
export function listPage<Item extends Listed>(
  items: readonly Item[],
  query: ListQuery,
  keyOf: (item: Item) => string | number | undefined = () => undefined,
): Page<Item> {
  const { NameContains: part = "", StatusEquals: status } = query;
  const within = (ms: number, after?: Date, before?: Date) =>
    (after === undefined || ms > after.getTime()) && (before === undefined || ms < before.getTime());
  const wanted = items.filter(
    (item) =>
      item.name.includes(part) &&
      (status === undefined || item.status === status) &&
      within(item.created, query.CreationTimeAfter, query.CreationTimeBefore) &&
      within(item.modified, query.LastModifiedTimeAfter, query.LastModifiedTimeBefore),
  );
  const direction = query.SortOrder === "Ascending" ? 1 : -1;
  const compare = (a: Position, b: Position) => direction * (order(a[0], b[0]) || order(a[1], b[1]));
  const sorted = wanted
    .map((item) => {
      const own = keyOf(item);
      const position: Position = own === undefined ? positionOf(item, query.SortBy) : [own, item.name];
      return { item, position };
    })
    .sort((a, b) => compare(a.position, b.position));
  const after = readToken(query.NextToken);
  const rest = after === undefined ? sorted : sorted.filter(({ position }) => compare(position, after) > 0);
  const page = rest.slice(0, query.MaxResults ?? 10);
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

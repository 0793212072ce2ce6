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
  const key = text("SortBy");
  wanted.sort((a, b) => {
    const order =
      key === "Name"
        ? compare(a.name, b.name)
        : key === "Status"
          ? compare(a.status ?? "", b.status ?? "")
          : key === "LastModifiedTime"
            ? a.modified - b.modified
            : a.created - b.created;
    return direction * (order || compare(a.name, b.name));
  });
  const start = readToken(text("NextToken"));
  const end = start + ((input.MaxResults as number | undefined) ?? 10);
  return {
    items: wanted.slice(start, end),
    nextToken: end < wanted.length ? Buffer.from(`after:${end}`).toString("base64url") : undefined,
  };
}

function readToken(token: string | undefined): number {
  if (token === undefined) return 0;
  const match = /^after:(\d+)$/.exec(Buffer.from(token, "base64url").toString());
  if (match === null) throw new AwsError("ValidationException", "Invalid NextToken.");
  return Number(match[1]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

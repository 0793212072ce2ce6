import { AwsError } from "../errors.js";

/**
 * A page of a list whose token is the place of its first item, for lists that do not change between two
 * pages.
 *
 * @throws AwsError with `code` for a token that is not one of these
 */
export function pageOf<Item>(
  items: readonly Item[],
  token: string | undefined,
  limit: number,
  code = "ValidationException",
): { readonly page: readonly Item[]; readonly nextToken: string | undefined } {
  if (token !== undefined && !/^\d+$/.test(token)) {
    throw new AwsError(code, "The specified nextToken is invalid.");
  }
  const start = Number(token ?? 0);
  const end = start + limit;
  return { page: items.slice(start, end), nextToken: end < items.length ? String(end) : undefined };
}

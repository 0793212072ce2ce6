import { expect, test } from "vitest";
import { type Listed, type ListQuery, listPage } from "./listing.js";

const item = (name: string, created: number): Listed => ({ name, created, modified: created });
const all = [item("a", 3), item("b", 1), item("c", 2), item("d", 2), item("e", 2)];

/** Reads all pages and calls back after each. */
function readAll(query: ListQuery, items: () => readonly Listed[], seen: string[] = []): string[] {
  for (let NextToken: string | undefined; ; ) {
    const from = NextToken === undefined ? {} : { NextToken };
    const page = listPage(items(), { ...query, MaxResults: 2, ...from });
    seen.push(...page.items.map(({ name }) => name));
    if (page.nextToken === undefined) return seen;
    NextToken = page.nextToken;
  }
}

test("newest first unless told otherwise, those of one time by name", () => {
  expect(readAll({}, () => all)).toEqual(["a", "e", "d", "c", "b"]);
  expect(readAll({ SortBy: "Name", SortOrder: "Ascending" }, () => all)).toEqual(["a", "b", "c", "d", "e"]);
});

test("deleting what a page shows skips nothing of the next", () => {
  const seen: string[] = [];
  const left = () => all.filter(({ name }) => !seen.includes(name));
  expect(readAll({}, left, seen)).toEqual(["a", "e", "d", "c", "b"]);
});

test("a token of somebody else's is refused", () => {
  for (const NextToken of ["x", Buffer.from("[1]").toString("base64url")]) {
    expect(() => listPage(all, { NextToken })).toThrow("Invalid NextToken");
  }
});

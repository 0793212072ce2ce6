import { expect, it } from "vitest";
import { inDollars, isAccelerated, type PriceRow, priceOf, readPriceTable } from "./price-table.js";

const row: PriceRow = {
  region: "eu-west-1",
  instanceType: "ml.made.up",
  use: "endpoint",
  usdPerHour: 3,
  source: "https://example.com/prices",
  date: "2026-11-01",
};
const fail = (message: string): never => {
  throw new Error(message);
};

it("takes the later of two prices, whichever stands first", () => {
  const later = { ...row, usdPerHour: 4, date: "2026-11-02" };
  expect(priceOf({ rows: [row, later] }, row)).toBe(later);
  expect(priceOf({ rows: [later, row] }, row)).toBe(later);
});

it("knows no price of another region, type or use", () => {
  for (const other of [
    { region: "us-east-1" },
    { instanceType: "ml.m5.xlarge" },
    { use: "training" as const },
  ])
    expect(priceOf({ rows: [row] }, { ...row, ...other })).toBeUndefined();
});

it.each([
  ["no table", [], 'it wants {"rows": [...]}'],
  ["nothing", null, 'it wants {"rows": [...]}'],
  ["a row of nothing", { rows: [null] }, "row 1: region"],
  ["a price that is a text", { rows: [row, { ...row, usdPerHour: "3" }] }, "row 2: usdPerHour"],
  ["a price below nothing", { rows: [{ ...row, usdPerHour: -1 }] }, "row 1: usdPerHour"],
  ["no source", { rows: [{ ...row, source: "" }] }, "row 1: source"],
  ["no date", { rows: [{ ...row, date: "yesterday" }] }, "row 1: date"],
  ["another use", { rows: [{ ...row, use: "notebook" }] }, "row 1: use"],
])("refuses %s", (_, table, message) => {
  expect(() => readPriceTable(table, fail)).toThrow(message);
});

it("tells accelerated types by their family", () => {
  const types = [
    "ml.g4dn.xlarge",
    "ml.g5.xlarge",
    "ml.p3.2xlarge",
    "ml.p4d.24xlarge",
    "ml.inf2.xlarge",
    "ml.trn1.2xlarge",
  ];
  expect(types.map(isAccelerated)).toEqual(types.map(() => true));
  expect(
    ["ml.m5.xlarge", "ml.c6g.large", "ml.m6g.large", "ml.t3.medium", "ml.r5.large"].some(isAccelerated),
  ).toBe(false);
});

it("writes dollars with as many places as they want", () => {
  expect([0, 0.0123, 0.23, 5.5, 1204.4].map(inDollars)).toEqual([
    "0.00 USD",
    "0.0123 USD",
    "0.23 USD",
    "5.50 USD",
    "1,204 USD",
  ]);
});

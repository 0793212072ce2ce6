import { expect, it } from "vitest";
import { readProduct, withoutContradictions } from "./read-price-list.js";

/** A product in the API's form, with a price that is made up. */
function product(attributes: object, dimensions: readonly object[], more: object = {}): string {
  const priceDimensions = Object.fromEntries(dimensions.map((dimension, at) => [`S.T.${at}`, dimension]));
  return JSON.stringify({
    product: { attributes },
    terms: { OnDemand: { "S.T": { priceDimensions } } },
    ...more,
  });
}
const hour = (USD: string) => ({ unit: "Hrs", pricePerUnit: { USD } });
const hosting = {
  usagetype: "EU-Host:ml.m5.xlarge",
  regionCode: "eu-west-1",
  instanceType: "ml.m5.xlarge-Hosting",
};
const read = (text: string) => readProduct(text, "https://example.com", "2026-11-28");

it("reads an instance's hour with the day that the list was published on", () => {
  expect(read(product(hosting, [hour("7.0000000000")], { publicationDate: "2026-11-02T03:04:05Z" }))).toEqual(
    {
      region: "eu-west-1",
      instanceType: "ml.m5.xlarge",
      use: "endpoint",
      usdPerHour: 7,
      source: "https://example.com",
      date: "2026-11-02",
    },
  );
});

it.each([
  ["Train:ml.p3.2xlarge", "training"],
  ["USE1-Processing:ml.t3.medium", "processing"],
  ["APN1-Tsform:ml.c5.9xlarge", "transform"],
])("knows what %s is for", (usagetype, use) => {
  expect(read(product({ ...hosting, usagetype }, [hour("1")]))).toMatchObject({ use, date: "2026-11-28" });
});

it.each([
  ["a notebook", product({ ...hosting, usagetype: "EU-Notebk:ml.m5.xlarge" }, [hour("1")])],
  ["spot", product({ ...hosting, usagetype: "EU-Train:ml.m5.xlarge Spot" }, [hour("1")])],
  ["storage", product(hosting, [{ unit: "GB-Mo", pricePerUnit: { USD: "1" } }])],
  ["no price", product(hosting, [])],
  ["a price of nothing", product(hosting, [hour("0.0000000000")])],
  ["another currency", product(hosting, [{ unit: "Hrs", pricePerUnit: { CNY: "1" } }])],
  ["two prices", product(hosting, [hour("1"), hour("2")])],
  ["no region", product({ usagetype: hosting.usagetype }, [hour("1")])],
  ["no product", "{}"],
])("knows no price of %s", (_, text) => {
  expect(read(text)).toBeUndefined();
});

it("leaves out what two products price differently", () => {
  const row = read(product(hosting, [hour("1")]))!;
  const other = { ...row, use: "training" as const };
  expect(withoutContradictions([row, { ...row, usdPerHour: 2 }, other, other])).toEqual({
    rows: [other],
    contradictory: 1,
  });
});

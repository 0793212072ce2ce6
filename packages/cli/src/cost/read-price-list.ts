import type { PriceRow, PriceUse } from "@sightline/contract/price-table";

/** Uses by the word in a usage type, such as `USE1-Host:ml.m5.xlarge`, as they stand in bills and price lists. */
const USES: Readonly<Record<string, PriceUse>> = {
  Train: "training",
  Host: "endpoint",
  Processing: "processing",
  Tsform: "transform",
};
const USAGE_TYPE = /^(?:[A-Z0-9]+-)?(Train|Host|Processing|Tsform):(ml\.[a-z0-9.-]+)$/;

/** A product as the Price List API gives it, a text of JSON each (Price List guide, "Reading the service price list file"). */
interface Product {
  readonly product?: { readonly attributes?: Readonly<Record<string, string>> };
  readonly terms?: {
    readonly OnDemand?: Readonly<
      Record<string, { readonly priceDimensions?: Readonly<Record<string, Dimension>> }>
    >;
  };
  readonly publicationDate?: string;
}

interface Dimension {
  readonly unit?: string;
  readonly pricePerUnit?: { readonly USD?: string };
}

/**
 * The price of a product; undefined for one that is no instance's hour on demand in dollars, or says two prices: rather none
 * than a wrong one.
 *
 * @param today day that is given where the list does not say when it was published
 */
export function readProduct(text: string, source: string, today: string): PriceRow | undefined {
  const { product, terms, publicationDate } = JSON.parse(text) as Product;
  const { usagetype = "", regionCode } = product?.attributes ?? {};
  const [, word, instanceType] = USAGE_TYPE.exec(usagetype) ?? [];
  const use = word === undefined ? undefined : USES[word];
  if (use === undefined || instanceType === undefined || regionCode === undefined) return undefined;
  const dimensions = Object.values(terms?.OnDemand ?? {}).flatMap((term) =>
    Object.values(term.priceDimensions ?? {}),
  );
  const hourly = dimensions.filter(({ unit }) => /^(Hrs|Hours?)$/i.test(unit ?? ""));
  const prices = new Set(hourly.map(({ pricePerUnit }) => Number(pricePerUnit?.USD)));
  const [usdPerHour] = prices;
  if (prices.size !== 1 || usdPerHour === undefined || !(usdPerHour > 0)) return undefined;
  const date = /^\d{4}-\d\d-\d\d/.exec(publicationDate ?? "")?.[0] ?? today;
  return { region: regionCode, instanceType, use, usdPerHour, source, date };
}

/** Rows without those that contradict each other, and how many those were. */
export function withoutContradictions(rows: readonly PriceRow[]): {
  readonly rows: PriceRow[];
  readonly contradictory: number;
} {
  const known = new Map<string, PriceRow[]>();
  for (const row of rows) {
    const key = `${row.region} ${row.instanceType} ${row.use}`;
    known.set(key, [...(known.get(key) ?? []), row]);
  }
  const groups = [...known.values()];
  const sure = groups.filter((group) => new Set(group.map(({ usdPerHour }) => usdPerHour)).size === 1);
  return { rows: sure.map(([row]) => row!), contradictory: groups.length - sure.length };
}

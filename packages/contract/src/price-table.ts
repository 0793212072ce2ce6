/** What an instance is paid for. */
export type PriceUse = "training" | "endpoint" | "processing" | "transform";

/** All of them. */
export const PRICE_USES: readonly PriceUse[] = ["training", "endpoint", "processing", "transform"];

/** The price of one instance, and where it was read. */
export interface PriceRow {
  /** For example `eu-west-1`. */
  readonly region: string;
  /** For example `ml.m5.xlarge`. */
  readonly instanceType: string;
  /** What it does. */
  readonly use: PriceUse;
  /** On demand, in US dollars an hour, without tax, volumes and traffic. */
  readonly usdPerHour: number;
  /** Address of the source. */
  readonly source: string;
  /** When the source gave that price: `2026-11-28`. */
  readonly date: string;
}

/** Prices, each with its source. */
export interface PriceTable {
  /** In any order; of two for the same instance, region and use the later one counts. */
  readonly rows: readonly PriceRow[];
}

/** A table that knows no price: none is known from memory, and none was read from AWS when this was written. */
export const NO_PRICES: PriceTable = { rows: [] };

/** Price of an instance; undefined when the table does not know it. */
export function priceOf(
  { rows }: PriceTable,
  wanted: Pick<PriceRow, "region" | "instanceType" | "use">,
): PriceRow | undefined {
  return rows
    .filter(
      ({ region, instanceType, use }) =>
        region === wanted.region && instanceType === wanted.instanceType && use === wanted.use,
    )
    .reduce<PriceRow | undefined>(
      (best, row) => (best !== undefined && best.date > row.date ? best : row),
      undefined,
    );
}

/**
 * Reads a table as it is written to a file.
 *
 * @param fail throws what its message says
 */
export function readPriceTable(value: unknown, fail: (message: string) => never): PriceTable {
  const rows = (value as { rows?: unknown } | null)?.rows;
  if (!Array.isArray(rows)) return fail('is no price table: it wants {"rows": [...]}');
  rows.forEach((row: unknown, at) => {
    const wrong = wrongIn((row ?? {}) as Readonly<Record<string, unknown>>);
    if (wrong !== undefined) fail(`row ${at + 1}: ${wrong}`);
  });
  return { rows: rows as readonly PriceRow[] };
}

function wrongIn(row: Readonly<Record<string, unknown>>): string | undefined {
  const { region, instanceType, use, usdPerHour, source, date } = row;
  const text = (value: unknown) => typeof value === "string" && value !== "";
  if (!text(region)) return 'region must be a text such as "eu-west-1"';
  if (!text(instanceType)) return 'instanceType must be a text such as "ml.m5.xlarge"';
  if (!PRICE_USES.some((known) => known === use)) return `use must be one of ${PRICE_USES.join(", ")}`;
  if (typeof usdPerHour !== "number" || !(usdPerHour >= 0) || !Number.isFinite(usdPerHour))
    return "usdPerHour must be a number from 0";
  if (typeof source !== "string" || !/^https?:\/\//.test(source))
    return "source must be the address it was read from";
  if (typeof date !== "string" || !/^\d{4}-\d\d-\d\d$/.test(date))
    return "date must be a day such as 2026-11-28";
  return undefined;
}

/** Whether an instance type has a GPU or another accelerator, by its family: p, g, inf, trn, dl (AWS's naming of types). */
export function isAccelerated(instanceType: string): boolean {
  return /^ml\.(p|g|inf|trn|dl)\d/.test(instanceType);
}

/** Dollars for people: `0.23 USD`, `1,204 USD`. */
export function inDollars(usd: number): string {
  const digits = usd >= 100 ? 0 : usd >= 0.1 || usd === 0 ? 2 : 4;
  return `${usd.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })} USD`;
}

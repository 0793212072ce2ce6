import { loadPrices, priceFile } from "@sightline/contract/price-file";
import type { PriceRow } from "@sightline/contract/price-table";
import { withoutNodeVersionWarning } from "@sightline/foundation/node-version-warning";
import { writeWholeFile } from "@sightline/foundation/whole-file";
import { CliError } from "../errors.js";
import { readProduct, withoutContradictions } from "./read-price-list.js";

/** The Price List API answers in few regions, for all of them; this is one. */
const API_REGION = "us-east-1";
const SERVICE = "AmazonSageMaker";
/** Where a row was read, for whoever wants to read it again. */
const SOURCE = `https://api.pricing.${API_REGION}.amazonaws.com/ (GetProducts, ${SERVICE})`;

/** What a renewal did. */
export interface Renewal {
  /** The table's file. */
  readonly path: string;
  readonly region: string;
  /** Rows that were read. */
  readonly read: number;
  /** Instances that AWS prices in two ways: left out. */
  readonly contradictory: number;
}

/**
 * Reads the prices of a region from AWS's Price List API, and writes them to this machine's table in place of those that it
 * had of that region; of other regions it keeps them.
 *
 * @throws CliError when AWS knows no price there; the table is then as it was
 */
export async function renewPrices(
  region: string,
  instanceType: string | undefined,
  onProgress: (products: number) => void,
  signal: AbortSignal,
): Promise<Renewal> {
  const pricing = await import("@aws-sdk/client-pricing");
  const client = withoutNodeVersionWarning(() => new pricing.PricingClient({ region: API_REGION }));
  const today = new Date().toISOString().slice(0, 10);
  const found: PriceRow[] = [];
  let products = 0;
  try {
    const Filters = [{ Type: "TERM_MATCH" as const, Field: "regionCode", Value: region }];
    const request = { ServiceCode: SERVICE, FormatVersion: "aws_v1", Filters };
    for await (const { PriceList = [] } of pricing.paginateGetProducts({ client }, request, {
      abortSignal: signal,
    })) {
      for (const text of PriceList) {
        const row = readProduct(String(text), SOURCE, today);
        if (row !== undefined) found.push(row);
      }
      products += PriceList.length;
      onProgress(products);
    }
  } finally {
    client.destroy();
  }
  const wanted = found.filter((row) => instanceType === undefined || row.instanceType === instanceType);
  const { rows, contradictory } = withoutContradictions(wanted);
  if (rows.length === 0) {
    const of = instanceType === undefined ? "" : ` of ${instanceType}`;
    throw new CliError(
      `AWS's price list has no price${of} in ${region} among ${products} products; look whether both are spelt right.`,
    );
  }
  const path = priceFile();
  const before = await loadPrices((message) => {
    throw new CliError(message);
  });
  const kept = before.rows.filter(
    (row) => row.region !== region || (instanceType !== undefined && row.instanceType !== instanceType),
  );
  await writeWholeFile(path, `${JSON.stringify({ rows: [...kept, ...rows] }, undefined, 1)}\n`);
  return { path, region, read: rows.length, contradictory };
}

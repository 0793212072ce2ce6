import { loadPrices } from "@sightline/contract/price-file";
import {
  inDollars,
  isAccelerated,
  type PriceRow,
  type PriceUse,
  priceOf,
} from "@sightline/contract/price-table";
import { checkInstanceType } from "../checks/names.js";
import { checkInteger, checkNumber } from "../checks/numbers.js";
import { SdkError } from "../errors.js";
import type { Session } from "../session.js";

/** What is to be paid for. */
export interface EstimateCostOptions {
  /** What the instances do. */
  readonly use: PriceUse;
  /** For example `ml.m5.xlarge`. */
  readonly instanceType: string;
  /** Instances. Default 1. */
  readonly count?: number;
  /** Hours that they run. Default: none, the price of an hour alone. */
  readonly hours?: number;
  /** Prices in place of this machine's table (SIGHTLINE_PRICES, or what `sightline cost --update` wrote). */
  readonly prices?: readonly PriceRow[];
}

/** What something costs: instances on demand, without tax, volumes, objects and traffic. */
export interface CostEstimate {
  /** All instances, in US dollars an hour; undefined when the price is unknown. */
  readonly usdPerHour: number | undefined;
  /** For `hours`; undefined when the price is unknown, or no hours were given. */
  readonly usd: number | undefined;
  /** The row that it rests on, with its source and date; undefined when the price is unknown. */
  readonly price: PriceRow | undefined;
  /** Whether the instances have a GPU or another accelerator, by the family of their type. */
  readonly accelerated: boolean;
  /** For people: the price with its date, or that it is unknown and how to come by it. */
  readonly text: string;
}

/**
 * What instances cost in the session's region, by a table whose every row has its source and date. No price is known by
 * itself: `sightline cost --update` reads them from AWS's Price List API.
 *
 * @throws InvalidInputError for a type or number that cannot be; SdkError when the table's file is none
 * @example
 * ```ts
 * const { text } = await estimateCost(session, { use: "endpoint", instanceType: "ml.m5.xlarge" });
 * console.log(text); // "1 x ml.m5.xlarge: price unknown (sightline cost --update reads it from AWS)"
 * ```
 */
export async function estimateCost(session: Session, options: EstimateCostOptions): Promise<CostEstimate> {
  const { use, instanceType, count = 1, hours } = options;
  checkInstanceType("instanceType", instanceType);
  checkInteger("count", count, 0, 10_000);
  checkNumber("hours", hours, 0, Number.MAX_SAFE_INTEGER);
  const table =
    options.prices === undefined
      ? await loadPrices((message) => {
          throw new SdkError(message);
        })
      : { rows: options.prices };
  const price = priceOf(table, { region: session.region, instanceType, use });
  const usdPerHour = price === undefined ? undefined : price.usdPerHour * count;
  const usd = usdPerHour === undefined || hours === undefined ? undefined : usdPerHour * hours;
  const what = `${count} x ${instanceType}`;
  const told =
    price === undefined || usdPerHour === undefined
      ? "price unknown (sightline cost --update reads it from AWS)"
      : `${inDollars(usdPerHour)} an hour${usd === undefined ? "" : `, ${inDollars(usd)} in ${hours} h`} (${price.source}, ${price.date})`;
  return { usdPerHour, usd, price, accelerated: isAccelerated(instanceType), text: `${what}: ${told}` };
}

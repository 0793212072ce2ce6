import { UsageError } from "@sightline/foundation/command-line";

/** An instance that a run uses, and the longest that it stands: the run ends and cleans up behind that. */
export interface Use {
  readonly what: string;
  readonly instance: string;
  readonly hours: number;
}

/** Prices of `--price ml.m5.xlarge=0.25`, in US dollars an hour. @throws UsageError for another form */
export function readPrices(given: readonly string[]): ReadonlyMap<string, number> {
  return new Map(
    given.map((text) => {
      const [, instance, usd] = /^(ml\.[a-z0-9-]+\.[a-z0-9-]+)=(\d+(?:\.\d+)?)$/.exec(text) ?? [];
      if (instance === undefined || usd === undefined) {
        throw new UsageError(`--price takes INSTANCE=USD, such as ml.m5.xlarge=0.25, not "${text}".`);
      }
      return [instance, Number(usd)];
    }),
  );
}

/** What the run costs at most, with a table of why. @throws UsageError when a price is missing */
export function costCap(
  uses: readonly Use[],
  prices: ReadonlyMap<string, number>,
): { readonly usd: number; readonly table: string } {
  const missing = [...new Set(uses.map(({ instance }) => instance))].filter((one) => !prices.has(one));
  if (missing.length > 0) {
    throw new UsageError(
      `No price of ${missing.join(", ")}: give --price ${missing[0]}=USD for each (an hour, in your region; docs/aws.md says how to look it up).`,
    );
  }
  let total = 0;
  const rows = uses.map(({ what, instance, hours }) => {
    const usd = hours * prices.get(instance)!;
    total += usd;
    return `  ${what}: ${instance}, at most ${hours} h x ${prices.get(instance)} = ${usd.toFixed(2)} USD`;
  });
  // Cents are rounded up: a cap must not be passed.
  const usd = Math.ceil(total * 100) / 100;
  return {
    usd,
    table: [...rows, `  in all at most ${usd.toFixed(2)} USD, storage and requests apart`].join("\n"),
  };
}

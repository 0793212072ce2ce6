import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { environment } from "./environment.js";
import { NO_PRICES, type PriceTable, readPriceTable } from "./price-table.js";

/** Where the price table lies: SIGHTLINE_PRICES, else a file in the user's folder for settings. */
export function priceFile(env: NodeJS.ProcessEnv = process.env): string {
  const given = env[environment.prices];
  if (given !== undefined && given !== "") return given;
  const settings = process.platform === "win32" ? env.APPDATA : env.XDG_CONFIG_HOME;
  return join(settings || join(homedir(), ".config"), "sightline", "prices.json");
}

/**
 * The price table of this machine; one without a price where there is none.
 *
 * @param fail throws what its message says of a file that is no table
 */
export async function loadPrices(fail: (message: string) => never): Promise<PriceTable> {
  const path = priceFile();
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return NO_PRICES;
    throw error;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail(`${path} is no JSON: ${(error as Error).message}`);
  }
  return readPriceTable(value, (message) =>
    fail(`${path} ${message}; "sightline cost --update" writes it anew`),
  );
}

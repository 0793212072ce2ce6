import { type CliIO, exitStatus, type OptionValues } from "@sightline/foundation/command-line";
import { ProgressLine, progressTarget } from "@sightline/foundation/progress-line";
import type { Session } from "@sightline/sdk";
import { refusalOf } from "../aws/explain-refusal.js";
import { CliError } from "../errors.js";
import { renewPrices } from "./renew-prices.js";

/** Renews the table of prices, all of the region or those of one type, and says so. */
export async function updatePrices(
  session: Session,
  instanceType: string | undefined,
  values: OptionValues,
  io: CliIO,
): Promise<number> {
  const line = new ProgressLine(progressTarget(io));
  const onProgress = (products: number) => line.show(`${products} products read`);
  try {
    const renewal = await renewPrices(session.region, instanceType, onProgress, io.signal);
    const { read, region, path, contradictory } = renewal;
    line.clear();
    if (contradictory > 0) io.err(`${contradictory} instances are priced in two ways and left out.\n`);
    io.out(
      values.json === true ? `${JSON.stringify(renewal)}\n` : `${read} prices of ${region} in ${path}\n`,
    );
    return exitStatus.ok;
  } catch (error) {
    line.clear();
    const refusal = refusalOf(error);
    if (io.signal.aborted || refusal === undefined || error instanceof CliError) throw error;
    const remedy = refusal.denied
      ? "Allow pricing:GetProducts."
      : "A local SageMaker has no prices: ask AWS itself, without AWS_ENDPOINT_URL.";
    throw new CliError(`AWS's prices could not be read: ${refusal.code}: ${refusal.message}. ${remedy}`, {
      cause: error,
    });
  }
}

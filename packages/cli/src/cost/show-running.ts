import { inDollars } from "@sightline/contract/price-table";
import { type CliIO, exitStatus, type OptionValues } from "@sightline/foundation/command-line";
import type { Session } from "@sightline/sdk";
import { age, table } from "../output/table.js";
import { listEndpoints } from "../resources/endpoints.js";
import { JOB_KINDS, listJobs } from "../resources/jobs.js";
import { forgotten, runningCost } from "./running-cost.js";

/** Shows what runs and what it costs, and what seems to be forgotten. */
export async function showRunning(session: Session, values: OptionValues, io: CliIO): Promise<number> {
  const jobs = [];
  for (const kind of JOB_KINDS) jobs.push(...(await listJobs(session, kind, 100, io.signal)));
  const items = [...(await listEndpoints(session, io.signal)), ...jobs].filter(
    ({ fleets }) => fleets.length > 0,
  );
  const costs = await Promise.all(
    items.map(async (item) => ({ item, cost: await runningCost(session, item) })),
  );
  if (values.json === true) {
    const told = costs.map(({ item, cost }) => ({
      ...item,
      usdPerHour: cost.usdPerHour,
      estimates: cost.estimates,
    }));
    io.out(`${JSON.stringify(told)}\n`);
    return exitStatus.ok;
  }
  if (costs.length === 0) {
    io.out("Nothing runs.\n");
    return exitStatus.ok;
  }
  const rows = costs.map(({ item, cost }) => [
    item.kind,
    item.name,
    age(item.createdAt),
    cost.estimates.map(({ text }) => text).join("; "),
  ]);
  io.out(table([["what", "name", "age", "costs"], ...rows]));
  const sum = costs.reduce((so, { cost }) => so + (cost.usdPerHour ?? 0), 0);
  const unknown = costs.filter(({ cost }) => cost.usdPerHour === undefined).length;
  io.out(
    `in all: ${inDollars(sum)} an hour${unknown === 0 ? "" : `, and ${unknown} of ${costs.length} at a price unknown`}\n`,
  );
  for (const { item, cost } of costs) {
    const sentence = item.kind === "endpoint" ? forgotten(item, cost) : undefined;
    if (sentence !== undefined) io.err(`${sentence}\n`);
  }
  return exitStatus.ok;
}

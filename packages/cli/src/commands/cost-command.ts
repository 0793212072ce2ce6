import { inDollars, PRICE_USES } from "@sightline/contract/price-table";
import {
  type CliIO,
  type Command,
  exitStatus,
  type OptionValues,
  UsageError,
} from "@sightline/foundation/command-line";
import { choiceOption, numberOption, positional, textOption } from "@sightline/foundation/option-values";
import { ProgressLine, progressTarget } from "@sightline/foundation/progress-line";
import type { Session } from "@sightline/sdk";
import { refusalOf } from "../aws/explain-refusal.js";
import { SESSION_HELP, SESSION_OPTIONS, withSession } from "../aws/session-options.js";
import { renewPrices } from "../cost/renew-prices.js";
import { forgotten, runningCost } from "../cost/running-cost.js";
import { CliError } from "../errors.js";
import { age, table } from "../output/table.js";
import { listEndpoints } from "../resources/endpoints.js";
import { JOB_KINDS, listJobs } from "../resources/jobs.js";

const HELP = `sightline cost: what runs and what it costs, and what something would cost

Usage
  sightline cost                        endpoints and jobs that run now, with their price an hour
  sightline cost --instance TYPE        what instances of a type cost
  sightline cost --update               read the region's prices from AWS's Price List API

Options
  --instance TYPE      for example ml.m5.xlarge; with --update: only that type's prices
  --use NAME           ${PRICE_USES.join(", ")} (default endpoint)
  --count N            instances (default 1)
  --hours H            hours that they run
  --update             renew the table; takes the permission pricing:GetProducts
${SESSION_HELP}

Prices are on demand, in US dollars, without tax, volumes, objects and traffic. The table lies in SIGHTLINE_PRICES, or in
sightline/prices.json in your folder for settings; each row has its source and date, and you may write your own. It begins
empty: what it does not have is "price unknown".

Examples
  sightline cost --update --region eu-west-1
  sightline cost --instance ml.g5.xlarge --hours 730
`;

/** Tells costs. */
export const COST_COMMAND: Command = {
  help: HELP,
  options: {
    ...SESSION_OPTIONS,
    instance: { type: "string" },
    use: { type: "string" },
    count: { type: "string" },
    hours: { type: "string" },
    update: { type: "boolean" },
  },
  async run(positionals, values, io) {
    positional(positionals);
    const instanceType = textOption(values, "instance");
    const asked = {
      use: choiceOption(values, "use", PRICE_USES) ?? "endpoint",
      count: numberOption(values, "count", { min: 1, whole: true }) ?? 1,
      hours: numberOption(values, "hours", { min: 0 }),
    };
    const isEstimate = values.use !== undefined || values.count !== undefined || values.hours !== undefined;
    if (isEstimate && (instanceType === undefined || values.update === true))
      throw new UsageError("--use, --count and --hours go with --instance, and not with --update.");
    return withSession(values, io, async (session, { estimateCost }) => {
      if (values.update === true) return update(session, instanceType, values, io);
      if (instanceType === undefined) return showRunning(session, values, io);
      const { hours, ...rest } = asked;
      const estimate = await estimateCost(session, {
        instanceType,
        ...rest,
        ...(hours !== undefined && { hours }),
      });
      io.out(values.json === true ? `${JSON.stringify(estimate)}\n` : `${estimate.text}\n`);
      return exitStatus.ok;
    });
  },
};

async function update(
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

async function showRunning(session: Session, values: OptionValues, io: CliIO): Promise<number> {
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

import { type Command, exitStatus } from "@sightline/foundation/command-line";
import { choicesOption, numberOption, positional } from "@sightline/foundation/option-values";
import type { Session } from "@sightline/sdk";
import { SESSION_HELP, SESSION_OPTIONS, withSession } from "../aws/session-options.js";
import { forgotten, type RunningCost, runningCost } from "../cost/running-cost.js";
import { age, table } from "../output/table.js";
import { type Fleet, type ListedEndpoint, listEndpoints } from "../resources/endpoints.js";
import { JOB_KINDS, type ListedJob, listJobs } from "../resources/jobs.js";
import { type ListedModel, listModels } from "../resources/models.js";

const KINDS = ["endpoint", ...JOB_KINDS, "model"] as const;

const HELP = `sightline list: endpoints, jobs and models of the account's region

Usage
  sightline list [options]

Options
  --kind LIST          some of ${KINDS.join(", ")} (default: all but model)
  --running            only what runs now
  --most N             newest jobs and models of each kind, 1 to 100 (default 10); endpoints are listed all
${SESSION_HELP}

Examples
  sightline list
  sightline list --kind endpoint --json
  sightline list --kind training-job,model --most 50
`;

/** Something in the list. */
type Listed = ListedEndpoint | ListedJob | ListedModel;

/** Lists what there is. */
export const LIST_COMMAND: Command = {
  help: HELP,
  options: {
    ...SESSION_OPTIONS,
    kind: { type: "string" },
    running: { type: "boolean" },
    most: { type: "string" },
  },
  async run(positionals, values, io) {
    positional(positionals);
    const kinds = choicesOption(values, "kind", KINDS) ?? KINDS.filter((kind) => kind !== "model");
    const most = numberOption(values, "most", { min: 1, max: 100, whole: true }) ?? 10;
    const listed = await withSession(values, io, async (session) => {
      const all = await collect(session, kinds, most, io.signal);
      const wanted = values.running === true ? all.filter(runs) : all;
      return Promise.all(
        wanted.map(async (item) =>
          item.kind === "model" ? { item } : { item, cost: await runningCost(session, item) },
        ),
      );
    });
    if (values.json === true)
      io.out(
        `${JSON.stringify(listed.map(({ item, cost }) => ({ ...item, usdPerHour: cost?.usdPerHour })))}\n`,
      );
    else if (listed.length === 0) io.out("There is nothing.\n");
    else io.out(table([["what", "name", "status", "age", "instances", "USD/h"], ...listed.map(row)]));
    for (const { item, cost } of listed) {
      const sentence = item.kind === "endpoint" && cost !== undefined ? forgotten(item, cost) : undefined;
      if (sentence !== undefined) io.err(`${sentence}\n`);
    }
    return exitStatus.ok;
  },
};

async function collect(
  session: Session,
  kinds: readonly (typeof KINDS)[number][],
  most: number,
  signal: AbortSignal,
): Promise<Listed[]> {
  const listed: Listed[] = [];
  if (kinds.includes("endpoint")) listed.push(...(await listEndpoints(session, signal)));
  for (const kind of JOB_KINDS)
    if (kinds.includes(kind)) listed.push(...(await listJobs(session, kind, most, signal)));
  if (kinds.includes("model")) listed.push(...(await listModels(session, most, signal)));
  return listed;
}

function runs(item: Listed): boolean {
  return item.kind === "endpoint" || (item.kind !== "model" && item.fleets.length > 0);
}

function row({ item, cost }: { readonly item: Listed; readonly cost?: RunningCost }): string[] {
  const fleets = item.kind === "model" ? [] : item.fleets;
  const status = item.kind === "model" ? "" : item.status;
  const price =
    cost === undefined || cost.estimates.length === 0 ? "" : (cost.usdPerHour?.toFixed(3) ?? "price unknown");
  return [item.kind, item.name, status, age(item.createdAt), fleets.map(machines).join(", "), price];
}

function machines({ instances, instanceType }: Fleet): string {
  return instanceType === undefined ? "serverless" : `${instances} x ${instanceType}`;
}

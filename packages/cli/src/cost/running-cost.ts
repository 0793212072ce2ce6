import type { CostEstimate, Session } from "@sightline/sdk";
import type { Fleet, ListedEndpoint } from "../resources/endpoints.js";
import type { ListedJob } from "../resources/jobs.js";

/** Something that runs, and what that costs. */
export interface RunningCost {
  readonly estimates: readonly CostEstimate[];
  /** All its instances, in US dollars an hour; undefined when any price is unknown. */
  readonly usdPerHour: number | undefined;
}

const USES = {
  endpoint: "endpoint",
  "training-job": "training",
  "processing-job": "processing",
  "transform-job": "transform",
} as const;

/** What the machines of an endpoint or job cost an hour; a serverless variant costs nothing while nobody asks. */
export async function runningCost(session: Session, item: ListedEndpoint | ListedJob): Promise<RunningCost> {
  const { estimateCost } = await import("@sightline/sdk");
  const estimates: CostEstimate[] = [];
  for (const { instanceType, instances } of item.fleets) {
    if (instanceType === undefined || instances === 0) continue;
    estimates.push(await estimateCost(session, { use: USES[item.kind], instanceType, count: instances }));
  }
  const known = estimates.every(({ usdPerHour }) => usdPerHour !== undefined);
  const usdPerHour = known ? estimates.reduce((sum, { usdPerHour: one = 0 }) => sum + one, 0) : undefined;
  return { estimates, usdPerHour };
}

/** From when on an endpoint is said to stand: an hour where it has a GPU, else a day. */
const TOLD_AFTER_HOURS = { accelerated: 1, other: 24 } as const;

/** A sentence about an endpoint that was perhaps forgotten; undefined for one that is new, or has no machine. */
export function forgotten(
  { name, createdAt, fleets }: ListedEndpoint,
  { estimates }: RunningCost,
  now = Date.now(),
): string | undefined {
  if (createdAt === undefined || estimates.length === 0) return undefined;
  const hours = (now - createdAt.getTime()) / 3_600_000;
  const accelerated = estimates.some((estimate) => estimate.accelerated);
  if (hours < (accelerated ? TOLD_AFTER_HOURS.accelerated : TOLD_AFTER_HOURS.other)) return undefined;
  const machines = fleets.map(
    ({ instances, instanceType }: Fleet) => `${instances} x ${instanceType ?? "serverless"}`,
  );
  const what = `${machines.join(", ")}${accelerated ? ", which has a GPU or another accelerator" : ""}`;
  return `${name} has stood for ${Math.floor(hours)} h on ${what}; "sightline delete endpoint ${name}" ends what it costs.`;
}

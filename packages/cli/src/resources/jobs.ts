import type { Session } from "@sightline/sdk";
import { type Fleet, unlessGone } from "./endpoints.js";

/** A kind of job that can be listed and has a log. */
export type JobKind = "training-job" | "processing-job" | "transform-job";

/** A job as `sightline list` shows it. */
export interface ListedJob {
  readonly kind: JobKind;
  readonly name: string;
  /** `InProgress`, `Completed`, `Failed` ... */
  readonly status: string;
  readonly createdAt: Date | undefined;
  /** Its machines while it runs; empty afterwards. */
  readonly fleets: readonly Fleet[];
}

/** Operations and members of each kind. */
const KINDS: Readonly<Record<JobKind, { readonly word: string; readonly summaries: string }>> = {
  "training-job": { word: "Training", summaries: "TrainingJobSummaries" },
  "processing-job": { word: "Processing", summaries: "ProcessingJobSummaries" },
  "transform-job": { word: "Transform", summaries: "TransformJobSummaries" },
};

/** All kinds of jobs. */
export const JOB_KINDS = Object.keys(KINDS) as JobKind[];

interface Cluster {
  readonly InstanceType?: string;
  readonly InstanceCount?: number;
}

interface Described {
  readonly ResourceConfig?: Cluster;
  readonly ProcessingResources?: { readonly ClusterConfig?: Cluster };
  readonly TransformResources?: Cluster;
}

/** The newest jobs of a kind, newest first. */
export async function listJobs(
  session: Session,
  kind: JobKind,
  most: number,
  signal: AbortSignal,
): Promise<ListedJob[]> {
  const { word, summaries } = KINDS[kind];
  const request = { MaxResults: most, SortBy: "CreationTime", SortOrder: "Descending" };
  const page = await session.send(`sagemaker`, `List${word}Jobs`, request, { signal });
  const found = (page[summaries] ?? []) as readonly Readonly<Record<string, unknown>>[];
  const jobs: ListedJob[] = [];
  for (const summary of found) {
    const name = summary[`${word}JobName`] as string;
    const status = summary[`${word}JobStatus`] as string;
    jobs.push({
      kind,
      name,
      status,
      createdAt: summary.CreationTime as Date | undefined,
      fleets:
        status === "InProgress" || status === "Stopping" ? await fleetsOf(session, kind, name, signal) : [],
    });
  }
  return jobs;
}

/** Which kind of job has that name; undefined when none has. */
export async function findJob(
  session: Session,
  name: string,
  signal: AbortSignal,
): Promise<JobKind | undefined> {
  for (const kind of JOB_KINDS) if ((await describe(session, kind, name, signal)) !== undefined) return kind;
  return undefined;
}

async function fleetsOf(
  session: Session,
  kind: JobKind,
  name: string,
  signal: AbortSignal,
): Promise<Fleet[]> {
  const job = await describe(session, kind, name, signal);
  const cluster = job?.ResourceConfig ?? job?.ProcessingResources?.ClusterConfig ?? job?.TransformResources;
  if (cluster?.InstanceType === undefined) return [];
  return [{ instanceType: cluster.InstanceType, instances: cluster.InstanceCount ?? 1 }];
}

function describe(
  session: Session,
  kind: JobKind,
  name: string,
  signal: AbortSignal,
): Promise<Described | undefined> {
  const { word } = KINDS[kind];
  return unlessGone(
    session.send<Described>("sagemaker", `Describe${word}Job`, { [`${word}JobName`]: name }, { signal }),
  );
}

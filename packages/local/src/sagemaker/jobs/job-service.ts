import { arn as arnOf } from "../../arn.js";
import type { Cloud } from "../../cloud.js";
import { AwsError } from "../../errors.js";
import { type ListQuery, listPage, type Page } from "../listing.js";
import type { Tag, TagStore } from "../tags.js";

/** A job of any kind as it is kept. */
export interface Job<Request> {
  readonly name: string;
  readonly arn: string;
  /** The call that created it. */
  readonly request: Request;
  /** ms since 1970, as all times here. */
  readonly created: number;
  readonly modified: number;
  readonly status: "InProgress" | "Completed" | "Failed" | "Stopping" | "Stopped";
  /** When its programs began to work. */
  readonly startedMs?: number;
  readonly endedMs?: number;
  readonly failureReason?: string;
}

/** What tells one kind of job from another. */
export interface JobKind<Request, Record extends Job<Request>> {
  /** What SageMaker's messages call it. */
  readonly noun: "training" | "processing" | "transform";
  /** How they are listed unless the request says it: by their creation, as AWS's API reference has it of each kind. */
  readonly listed: "Ascending" | "Descending";
  /** The message for a name that no job has. */
  notFound(name: string): string;
  /** Checks a request and gives what its record holds besides. @throws AwsError ValidationException */
  accept(request: Request): Promise<Omit<Record, keyof Job<Request>>>;
  /** Does the job and says how it ended. What it throws is a failure, or the stop that was asked for. */
  run(job: Record, stop: AbortSignal, change: JobChange<Record>): Promise<Partial<Record>>;
  /** Replaces members of a record. Default: nothing else. */
  advance?(job: Record, next: Partial<Record>): Record;
}

/** Changes the record of a running job; what `next` gives is taken over. */
export type JobChange<Record> = (next: (job: Record) => Partial<Record>) => void;

/** The jobs of one kind. */
export interface JobService<Request, Record extends Job<Request>> {
  /** Starts a job and returns its ARN. @throws AwsError ResourceInUse or ValidationException */
  create(name: string, request: Request & { readonly Tags?: readonly Tag[] }): Promise<string>;
  /** @throws AwsError ValidationException */
  find(name: string): Record;
  page(query: ListQuery, wanted?: (job: Record) => boolean): Page<Record>;
  all(): readonly Record[];
  /** Changes what is not the state of a job, whatever that is; nothing where it is gone. */
  change(name: string, next: Partial<Record>): void;
  /** Asks a job to stop, once. @throws AwsError ValidationException for one that has ended */
  stop(name: string): void;
  /** Forgets a job. @throws AwsError ValidationException for one that runs */
  remove(name: string): void;
  /** Resolves when a job has ended, or was cut off by the closing server. */
  ended(name: string): Promise<void>;
  /** Resolves when every running job has ended. */
  settled(): Promise<void>;
}

/** Why a job that a stopped server cut off is Failed at the next start. */
export const CUT_OFF = "InternalServerError: The local server was stopped while the job ran.";

/** Makes the service over the stored jobs; those that a former server left unfinished are failed. */
export function createJobService<Request, Record extends Job<Request>>(
  cloud: Cloud,
  tags: TagStore,
  kind: JobKind<Request, Record>,
): JobService<Request, Record> {
  const { noun } = kind;
  const jobs = cloud.records.open<Record>(`${noun}-jobs`);
  const running = new Map<string, { readonly stop: AbortController; readonly done: Promise<void> }>();
  const isRunning = ({ status }: Record) => status === "InProgress" || status === "Stopping";

  const advance = (job: Record, next: Partial<Record>): void => {
    const changed = { ...next, modified: Date.now() };
    jobs.set(job.name, kind.advance?.(job, changed) ?? { ...job, ...changed });
  };
  const end = (job: Record, ending: Partial<Job<Request>>): void =>
    advance(job, { ...ending, endedMs: Date.now() } as Partial<Record>);

  for (const job of jobs.all()) if (isRunning(job)) end(job, { status: "Failed", failureReason: CUT_OFF });

  const find = (name: string): Record => {
    const job = jobs.get(name);
    if (job === undefined) throw new AwsError("ValidationException", kind.notFound(name));
    return job;
  };
  const refuseTwin = (name: string): void => {
    const twin = jobs.get(name);
    if (twin === undefined) return;
    throw new AwsError(
      "ResourceInUse",
      `Job name must be unique within an AWS account and region, and a ${noun} job with this name already exists (${twin.arn})`,
    );
  };

  const run = async (job: Record, stop: AbortSignal): Promise<void> => {
    const change: JobChange<Record> = (next) => {
      const current = jobs.get(job.name);
      if (current !== undefined) advance(current, next(current));
    };
    const ending: Partial<Job<Request>> = await kind.run(job, stop, change).catch((error: unknown) =>
      stop.aborted
        ? { status: "Stopped" }
        : {
            status: "Failed",
            failureReason: `ClientError: ${error instanceof Error ? error.message : String(error)}`,
          },
    );
    cloud.logger.info(`The ${noun} job ${job.name}: ${ending.failureReason ?? ending.status}`);
    const current = jobs.get(job.name);
    // A job that the closing server cut off is marked as such by the next start.
    const cutOff = cloud.closing.aborted && current?.status === "InProgress" && ending.status === "Stopped";
    if (current !== undefined && !cutOff) end(current, ending);
  };

  const start = (job: Record): void => {
    const stop = new AbortController();
    const onClose = () => stop.abort();
    cloud.closing.addEventListener("abort", onClose, { once: true });
    const done = run(job, stop.signal)
      .catch((error: unknown) => cloud.logger.error(`The ${noun} job ${job.name}: ${String(error)}`))
      .finally(() => {
        cloud.closing.removeEventListener("abort", onClose);
        running.delete(job.name);
      });
    running.set(job.name, { stop, done });
  };

  return {
    async create(name, request) {
      refuseTwin(name);
      const own = await kind.accept(request);
      // Another call may have come first while the input was looked at.
      refuseTwin(name);
      const now = Date.now();
      const arn = arnOf(cloud, "sagemaker", `${noun}-job/${name.toLowerCase()}`);
      tags.create(arn, request.Tags);
      const base: Job<Request> = { name, arn, request, created: now, modified: now, status: "InProgress" };
      jobs.set(name, { ...base, ...own } as Record);
      start(jobs.get(name)!);
      return arn;
    },
    find,
    page: (query, wanted = () => true) =>
      listPage(jobs.all().filter(wanted), { SortOrder: kind.listed, ...query }),
    all: jobs.all,
    change: (name, next) => void jobs.update(name, next),
    stop(name) {
      const job = find(name);
      if (job.status === "Stopping") return;
      if (!isRunning(job)) {
        throw new AwsError(
          "ValidationException",
          `The request was rejected because the ${noun} job is in status ${job.status}.`,
        );
      }
      advance(job, { status: "Stopping" } as Partial<Record>);
      running.get(name)?.stop.abort();
    },
    remove(name) {
      const job = find(name);
      if (isRunning(job)) {
        throw new AwsError(
          "ValidationException",
          `The ${noun} job ${job.arn} is still running. Stop it first.`,
        );
      }
      jobs.delete(name);
      tags.remove(job.arn);
    },
    ended: async (name) => running.get(name)?.done,
    settled: async () => {
      await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
}

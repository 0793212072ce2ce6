import { createSession, type Session } from "@sightline/sdk";
import type { EndpointCourse } from "../result.js";

/** How often the number of instances is asked for, in milliseconds. */
const LOOK_MS = 5_000;

interface Described {
  readonly ProductionVariants?: readonly {
    readonly VariantName?: string;
    readonly CurrentInstanceCount?: number;
  }[];
}
interface Metrics {
  readonly MetricDataResults?: readonly {
    readonly Timestamps?: readonly Date[];
    readonly Values?: readonly number[];
  }[];
}

/** Looks at an endpoint while it is under load. What it may not see is a note, and no end of the test. */
export class EndpointWatch {
  readonly #name: string;
  #variant: string | undefined;
  readonly #notes: string[];
  /** As `[Date.now(), count]`. */
  readonly #instances: [number, number][] = [];
  /** Resolves when the endpoint has been looked at once, or could not be: a short test shall have that look. */
  readonly looked: Promise<void>;
  #began = Date.now();
  readonly #stop = new AbortController();
  #session: Session | undefined;
  readonly #watching: Promise<void>;

  constructor(name: string, variant: string | undefined, notes: string[]) {
    this.#name = name;
    this.#variant = variant;
    this.#notes = notes;
    let looked = () => {};
    this.looked = new Promise<void>((resolve) => {
      looked = resolve;
    });
    this.#watching = this.#watch(looked).finally(looked);
  }

  /** Says that the first step begins now: seconds count from here. */
  begin(): void {
    this.#began = Date.now();
  }

  /** Ends, and asks CloudWatch for what came to each instance. */
  async finish(): Promise<EndpointCourse> {
    this.#stop.abort();
    await this.#watching;
    const invocationsPerInstance = await this.#invocations();
    const instances = this.#instances.map(
      ([time, count]) => [Math.max(0, (time - this.#began) / 1000), count] as const,
    );
    return { endpointName: this.#name, instances, invocationsPerInstance };
  }

  /** Ends it, finished or not. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#watching;
    this.#session?.close();
  }

  async #watch(looked: () => void): Promise<void> {
    const { signal } = this.#stop;
    try {
      this.#session = await createSession();
      while (!signal.aborted) {
        await this.#look(this.#session);
        looked();
        await new Promise<void>((resolve) => {
          const done = () => {
            clearTimeout(timer);
            signal.removeEventListener("abort", done);
            resolve();
          };
          const timer = setTimeout(done, LOOK_MS);
          signal.addEventListener("abort", done, { once: true });
        });
      }
    } catch (error) {
      this.#note("The number of instances is not known, and counted as one", error);
    }
  }

  async #look(session: Session): Promise<void> {
    const asked = { EndpointName: this.#name };
    // Bounded: this is waited for at the end.
    const described = await session.send<Described>("sagemaker", "DescribeEndpoint", asked, {
      timeoutMs: 15_000,
    });
    const variants = described.ProductionVariants ?? [];
    const variant = variants.find(({ VariantName }) => VariantName === this.#variant) ?? variants[0];
    this.#variant ??= variant?.VariantName;
    if (variant?.CurrentInstanceCount !== undefined) {
      this.#instances.push([Date.now(), variant.CurrentInstanceCount]);
    }
  }

  async #invocations(): Promise<[number, number][]> {
    if (this.#session === undefined || this.#variant === undefined) return [];
    const Dimensions = [
      { Name: "EndpointName", Value: this.#name },
      { Name: "VariantName", Value: this.#variant },
    ];
    const Metric = { Namespace: "AWS/SageMaker", MetricName: "InvocationsPerInstance", Dimensions };
    const minute = Math.floor(this.#began / 60_000) * 60_000;
    try {
      const { MetricDataResults } = await this.#session.send<Metrics>(
        "cloudwatch",
        "GetMetricData",
        {
          MetricDataQueries: [{ Id: "perInstance", MetricStat: { Metric, Period: 60, Stat: "Sum" } }],
          StartTime: new Date(minute),
          EndTime: new Date(Date.now() + 60_000),
          ScanBy: "TimestampAscending",
        },
        { timeoutMs: 15_000 },
      );
      const { Timestamps = [], Values = [] } = MetricDataResults?.[0] ?? {};
      return Timestamps.map((time, index) => [(time.getTime() - this.#began) / 1000, Values[index] ?? 0]);
    } catch (error) {
      this.#note("CloudWatch did not tell the invocations per instance", error);
      return [];
    }
  }

  #note(what: string, error: unknown): void {
    this.#notes.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

import type { LogLine } from "../logs/log-reader.js";
import type { ModelArtifact } from "../models/model.js";
import type { MetricPattern, MetricValue } from "./metrics.js";

/** A training job that was started. Plain data: it may be written to a file and used in a later run. */
export interface TrainingJob {
  readonly kind: "training-job";
  /** Its name, as SageMaker knows it. */
  readonly name: string;
  /** ARN, as AWS gives it. */
  readonly arn: string;
  /** URI of the training image. */
  readonly image: string;
  /** Where the job writes: the model ends up in `<outputUri><name>/output/model.tar.gz`. */
  readonly outputUri: string;
  /** How metrics are found in its log. */
  readonly metrics: readonly MetricPattern[];
  /** True when a job of that name and with the same request was there already. */
  readonly reused: boolean;
}

/** What happens during a training job. */
export type TrainingEvent =
  | {
      readonly kind: "status";
      /** `InProgress`, `Completed`, `Failed`, `Stopping`, `Stopped`. */
      readonly status: string;
      /** For example `Starting`, `Downloading`, `Training`, `Uploading`. */
      readonly secondaryStatus: string;
      /** What the service or the program says. */
      readonly message: string;
      /** Since the wait began. */
      readonly seconds: number;
    }
  | ({ readonly kind: "log" } & LogLine)
  | ({ readonly kind: "metric" } & MetricValue)
  | {
      readonly kind: "warning";
      /** What the service or the program says. */
      readonly message: string;
    };

/** A training job that has completed. */
export interface TrainingResult {
  /** Its name, as SageMaker knows it. */
  readonly name: string;
  /** ARN, as AWS gives it. */
  readonly arn: string;
  /** It has completed. */
  readonly status: "Completed";
  /** What deployEndpoint() and createModel() take. */
  readonly model: ModelArtifact;
  /** Every value seen in the log, in order. */
  readonly metrics: readonly MetricValue[];
  /** The last value of each metric: the service's own, completed by what the log said. */
  readonly finalMetrics: Readonly<Record<string, number>>;
  /** Seconds of training, or undefined when the service does not say. */
  readonly trainingSeconds: number | undefined;
  /** Seconds that are paid for. */
  readonly billableSeconds: number | undefined;
}

/** What a hyperparameter may be, by its name as it is sent, for example `learning_rate`. */
export type TuningRange =
  | {
      /** `continuous` for numbers, `integer` for whole ones. */
      readonly kind: "continuous" | "integer";
      /** Least value. */
      readonly min: number;
      /** Largest value, above `min`. */
      readonly max: number;
      /** How the range is searched. Default `Auto`; `Logarithmic` suits learning rates. */
      readonly scale?: "Auto" | "Linear" | "Logarithmic" | "ReverseLogarithmic";
    }
  | {
      /** `continuous` for numbers, `integer` for whole ones. */
      readonly kind: "categorical";
      /** The values to choose from, 1 to 30. */
      readonly values: readonly string[];
    };

/** A tuning job that was started. Plain data. */
export interface TuningJob {
  readonly kind: "tuning-job";
  /** Its name, as SageMaker knows it. */
  readonly name: string;
  /** ARN, as AWS gives it. */
  readonly arn: string;
  /** URI of the training image. */
  readonly image: string;
}

/** A training job of a tuning job. */
export interface TuningCandidate {
  /** Name of the training job. */
  readonly trainingJobName: string;
  /** Value of the objective metric; undefined while it trains, or when it failed. */
  readonly value: number | undefined;
  /** Its status, for example `Completed`. */
  readonly status: string;
  /** The hyperparameters that were tuned. */
  readonly hyperparameters: Readonly<Record<string, string>>;
}

/** What happens during a tuning job. */
export type TuningEvent =
  | {
      readonly kind: "status";
      /** `InProgress`, `Stopping`, `Completed`, `Failed`, `Stopped`. */
      readonly status: string;
      /** Since the wait began. */
      readonly seconds: number;
    }
  | {
      readonly kind: "progress";
      /** Training jobs that have completed. */
      readonly completed: number;
      /** Training jobs that run. */
      readonly running: number;
      /** Training jobs that failed. */
      readonly failed: number;
      /** The best so far. */
      readonly best: TuningCandidate | undefined;
    };

/** A tuning job that has completed. */
export interface TuningResult {
  /** Its name, as SageMaker knows it. */
  readonly name: string;
  /** It has completed. */
  readonly status: "Completed";
  /** The best training job; waitForTrainingJob() gives its model. */
  readonly best: TuningCandidate;
  /** Training jobs that have completed. */
  readonly completed: number;
  /** Training jobs that failed. */
  readonly failed: number;
}

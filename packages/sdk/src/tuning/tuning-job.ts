/** What a hyperparameter may be, by its name as it is sent, for example `learning_rate`. */
export type TuningRange =
  | {
      readonly kind: "continuous" | "integer";
      readonly min: number;
      readonly max: number;
      /** How the range is searched. Default `Auto`; `Logarithmic` suits learning rates. */
      readonly scale?: "Auto" | "Linear" | "Logarithmic" | "ReverseLogarithmic";
    }
  | { readonly kind: "categorical"; readonly values: readonly string[] };

/** A tuning job that was started. Plain data. */
export interface TuningJob {
  readonly kind: "tuning-job";
  readonly name: string;
  readonly arn: string;
  /** URI of the training image. */
  readonly image: string;
}

/** A training job of a tuning job. */
export interface TuningCandidate {
  readonly trainingJobName: string;
  /** Value of the objective metric; undefined while it trains, or when it failed. */
  readonly value: number | undefined;
  readonly status: string;
  /** The hyperparameters that were tuned. */
  readonly hyperparameters: Readonly<Record<string, string>>;
}

/** What happens during a tuning job. */
export type TuningEvent =
  | { readonly kind: "status"; readonly status: string; readonly seconds: number }
  | {
      readonly kind: "progress";
      readonly completed: number;
      readonly running: number;
      readonly failed: number;
      /** The best so far. */
      readonly best: TuningCandidate | undefined;
    };

/** A tuning job that has completed. */
export interface TuningResult {
  readonly name: string;
  readonly status: "Completed";
  /** The best training job; waitForTrainingJob() gives its model. */
  readonly best: TuningCandidate;
  readonly completed: number;
  readonly failed: number;
}

/** What the training job will be started with. */
export interface PreflightOptions {
  /** `image_shape`: channels, height, width in pixels. */
  readonly imageShape: readonly [channels: number, height: number, width: number];
  /**
   * `multi_label`: every record has one number for each class, 1 where the image is of it, else 0. Default false: one
   * class a record.
   */
  readonly multiLabel?: boolean;
  /** `num_classes`. Default: the largest label plus one; with `multiLabel` the number of labels. */
  readonly numClasses?: number;
  /** `mini_batch_size`. Default 32, the algorithm's. */
  readonly miniBatchSize?: number;
  /** `resize`, the shorter side before cropping, when it is set. */
  readonly resize?: number;
  /** Class names by label, for the class map. */
  readonly classes?: readonly string[];
  /** Stops it; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** One thing that would make the job fail (`error`) or learn badly (`warning`). */
export interface PreflightProblem {
  /** Whether the job would fail, or only learn badly. */
  readonly severity: "error" | "warning";
  /** Name of the channel. */
  readonly channel: string;
  /** What is wrong, in words. */
  readonly message: string;
}

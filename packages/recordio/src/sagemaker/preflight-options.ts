/** What the training job will be started with. */
export type PreflightOptions = ClassificationOptions | DetectionOptions;

/** What is asked of every task. */
interface TaskOptions {
  /** `num_classes`. Default: the largest label plus one; of several labels their number. */
  readonly numClasses?: number;
  /** `mini_batch_size`. Default 32, the algorithms'. */
  readonly miniBatchSize?: number;
  /** Class names by label, for the class map. */
  readonly classes?: readonly string[];
  /** Stops it; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** What an image classification job will be started with. */
export interface ClassificationOptions extends TaskOptions {
  /**
   * `"image-classification"` (default): one class a record; `"multi-label"` (the job's `multi_label`): every record has one
   * number for each class, 1 where the image is of it, else 0.
   */
  readonly task?: "image-classification" | "multi-label";
  /** `image_shape`: channels, height, width in pixels. */
  readonly imageShape: readonly [channels: number, height: number, width: number];
  /** `resize`, the shorter side before cropping, when it is set. */
  readonly resize?: number;
}

/** What an object detection job will be started with; it makes every image the size that it wants. */
export interface DetectionOptions extends TaskOptions {
  /** Every record has boxes. */
  readonly task: "object-detection";
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

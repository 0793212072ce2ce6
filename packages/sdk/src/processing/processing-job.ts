/** A processing job that was started. Plain data: it may be written to a file and used in a later run. */
export interface ProcessingJob {
  readonly kind: "processing-job";
  /** Its name, as SageMaker knows it. */
  readonly name: string;
  /** ARN, as AWS gives it. */
  readonly arn: string;
  /** S3 folders that it writes, by the names of its outputs. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** Files that a processing job reads. */
export interface ProcessingInput {
  /** S3 folder (all below it), or one object. */
  readonly uri: string;
  /** Where the container finds them. Default `/opt/ml/processing/input/<name>`. */
  readonly path?: string;
  /** Give every instance all files, or each its share. Default `FullyReplicated`. */
  readonly distribution?: "FullyReplicated" | "ShardedByS3Key";
}

/** Files that a processing job writes. */
export interface ProcessingOutput {
  /** S3 folder. */
  readonly uri: string;
  /** Where the container puts them. Default `/opt/ml/processing/output/<name>`. */
  readonly path?: string;
  /** While it runs, or at its end. Default `EndOfJob`. */
  readonly upload?: "EndOfJob" | "Continuous";
}

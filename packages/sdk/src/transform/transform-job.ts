/** A batch transform job that was started. Plain data: it may be written to a file and used in a later run. */
export interface TransformJob {
  readonly kind: "transform-job";
  /** Its name, as SageMaker knows it. */
  readonly name: string;
  /** ARN, as AWS gives it. */
  readonly arn: string;
  /** S3 folder that it writes. */
  readonly outputUri: string;
}

/** A batch transform job that has completed. */
export interface TransformResult {
  /** Its name, as SageMaker knows it. */
  readonly name: string;
  /** It has completed. */
  readonly status: "Completed";
  /** S3 folder of the results, each named after its input with `.out` behind it. */
  readonly outputUri: string;
}

/** The AWS services this package talks to. */
export type AwsService =
  | "sagemaker"
  | "sagemaker-runtime"
  | "s3"
  | "cloudwatch"
  | "logs"
  | "application-auto-scaling"
  | "sts";

/** AWS credentials. */
export interface Credentials {
  /** Access key id, for example `AKIA...`. */
  readonly accessKeyId: string;
  /** Secret access key. */
  readonly secretAccessKey: string;
  /** Token of temporary credentials. Default: none, the keys are long-lived. */
  readonly sessionToken?: string;
  /** When they end; a provider function is called again shortly before. */
  readonly expiration?: Date;
}

/** How one request is sent. */
export interface SendOptions {
  /** Ends the request; the promise rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
  /** How long to wait for the answer, retries included, in milliseconds. Default 120,000. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Sends any request to any of the services, by the name in the AWS API reference: the way to what this
 * package has no function for.
 *
 * @example
 * const { TrainingJobSummaries } = await session.send("sagemaker", "ListTrainingJobs", { MaxResults: 5 });
 */
export type SendRequest = <Output = Record<string, unknown>>(
  service: AwsService,
  operation: string,
  input: Readonly<Record<string, unknown>>,
  options?: SendOptions,
) => Promise<Output>;

import { parseErrorBody } from "@sightline/contract/error-body";
import { namedError } from "@sightline/foundation/named-error";

const MARK = Symbol.for("sightline.sdk.error");

/**
 * Base class of every error this package throws on its own account.
 *
 * Two kinds pass through unwrapped: an abort rejects with `signal.reason`, and a file system error keeps
 * its Node.js code. `SdkError.isInstance()` also recognises an error of another copy of this package
 * (ESM and CommonJS loaded side by side), which `instanceof` does not.
 */
export class SdkError extends namedError("SdkError", Error) {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    Object.defineProperty(this, MARK, { value: true });
  }

  /** Whether an error is one of this package's, also of another copy of it. */
  static isInstance(error: unknown): error is SdkError {
    return typeof error === "object" && error !== null && MARK in error;
  }
}

/** Thrown by createSession() when nothing names a region. */
export class NoRegionError extends namedError("NoRegionError", SdkError) {}

/** Thrown before the first request when an argument breaks a rule of the service. */
export class InvalidInputError extends namedError("InvalidInputError", SdkError) {
  /** The option as written by the caller, for example `autoscaling.minInstances`. */
  readonly field: string;
  /** What the value has to be. */
  readonly rule: string;
  /** What to do about it. */
  readonly remedy: string;

  constructor(
    field: string,
    rule: string,
    got: unknown,
    remedy: string,
    message = `${field} must be ${rule}, but is ${show(got)}. ${remedy}`,
  ) {
    super(message);
    this.field = field;
    this.rule = rule;
    this.remedy = remedy;
  }
}

/** Thrown when a region has no such algorithm, or is not known to this package. */
export class RegionNotOfferedError extends namedError("RegionNotOfferedError", SdkError) {
  /** The region that was asked for. */
  readonly region: string;
  /** The algorithm that it does not have. */
  readonly algorithm: string;

  constructor(region: string, algorithm: string, reason: string) {
    super(reason);
    this.region = region;
    this.algorithm = algorithm;
  }
}

/** What an {@link AwsRequestError} knows about the refused request. */
export interface AwsRequestFailure {
  /** The service, for example `sagemaker`. */
  readonly service: string;
  /** The operation, for example `CreateTrainingJob`. */
  readonly operation: string;
  /** The service's error code, for example `ValidationException`, or Node's, for example `ECONNREFUSED`. */
  readonly code: string;
  /** The HTTP status, or undefined when no response came. */
  readonly statusCode: number | undefined;
  /** AWS's request id, for a support case. */
  readonly requestId: string | undefined;
}

/** Thrown when AWS refuses a request, or cannot be reached. `cause` is the AWS client's own error. */
export class AwsRequestError extends namedError("AwsRequestError", SdkError) {
  /** The service, for example `sagemaker`. */
  readonly service: string;
  /** The operation, for example `CreateTrainingJob`. */
  readonly operation: string;
  /** The service's error code, for example `ValidationException`, or Node's, for example `ECONNREFUSED`. */
  readonly code: string;
  /** The HTTP status, or undefined when no response came. */
  readonly statusCode: number | undefined;
  /** AWS's request id, for a support case; undefined when no response came. */
  readonly requestId: string | undefined;

  constructor(message: string, failure: AwsRequestFailure, cause: unknown) {
    super(message, { cause });
    this.service = failure.service;
    this.operation = failure.operation;
    this.code = failure.code;
    this.statusCode = failure.statusCode;
    this.requestId = failure.requestId;
  }
}

/** Thrown when something of that name exists already, with other settings. Nothing was changed. */
export class ResourceConflictError extends namedError("ResourceConflictError", SdkError) {
  /** The name that is taken. */
  readonly resource: string;

  constructor(resource: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.resource = resource;
  }
}

/** Thrown when a wait outlasts its limit. What was waited for goes on. */
export class WaitTimeoutError extends namedError("WaitTimeoutError", SdkError) {
  /** The limit, in milliseconds. */
  readonly limitMs: number;
  /** The last status seen. */
  readonly lastStatus: string | undefined;

  constructor(what: string, limitMs: number, lastStatus: string | undefined) {
    const seen = lastStatus === undefined ? "" : `, last seen ${lastStatus}`;
    super(
      `Gave up waiting for ${what} after ${limitMs / 1000} s${seen}. It goes on by itself: ` +
        `wait again, or raise timeoutMs.`,
    );
    this.limitMs = limitMs;
    this.lastStatus = lastStatus;
  }
}

/** What a failed job says about itself. */
export interface JobFailure {
  /** Name of the job. */
  readonly jobName: string;
  /** `Failed` or `Stopped`. */
  readonly status: string;
  /** The service's FailureReason; for a program of ours the first 1,024 characters it wrote. */
  readonly failureReason: string;
  /** The last log lines, oldest first. */
  readonly logTail: readonly string[];
}

/** Base of the kinds of job that can fail. */
export class JobFailedError extends namedError("JobFailedError", SdkError) {
  /** Name of the job. */
  readonly jobName: string;
  /** `Failed` or `Stopped`. */
  readonly status: string;
  /** The service's FailureReason; for a program of ours the first 1,024 characters it wrote. */
  readonly failureReason: string;
  /** The last log lines, oldest first; empty when there is no log. */
  readonly logTail: readonly string[];

  constructor(kind: string, failure: JobFailure) {
    super(
      `${kind} ${failure.jobName} ended ${failure.status}: ${failure.failureReason}${tail(failure.logTail)}`,
    );
    this.jobName = failure.jobName;
    this.status = failure.status;
    this.failureReason = failure.failureReason;
    this.logTail = failure.logTail;
  }
}

/** The class of one kind's failures; what is said of a job begins with `kind`. @__NO_SIDE_EFFECTS__ */
function jobFailedError(name: string, kind: string) {
  return class extends namedError(name, JobFailedError) {
    constructor(failure: JobFailure) {
      super(kind, failure);
    }
  };
}

/** Thrown when a training job ends Failed or Stopped. */
export class TrainingJobFailedError extends jobFailedError("TrainingJobFailedError", "Training job") {}

/** Thrown when a processing job ends Failed or Stopped. */
export class ProcessingJobFailedError extends jobFailedError("ProcessingJobFailedError", "Processing job") {}

/** Thrown when a batch transform job ends Failed or Stopped. */
export class TransformJobFailedError extends jobFailedError("TransformJobFailedError", "Transform job") {}

/** Thrown when a tuning job ends Failed or Stopped, or none of its training jobs succeeded. */
export class TuningJobFailedError extends jobFailedError("TuningJobFailedError", "Tuning job") {}

/** Thrown when an endpoint does not come to serve the configuration that was asked for. */
export class EndpointFailedError extends namedError("EndpointFailedError", SdkError) {
  /** Name of the endpoint. */
  readonly endpointName: string;
  /** The status it ended with, for example `Failed`. */
  readonly status: string;
  /** The service's reason, or what is known instead. */
  readonly failureReason: string;
  /** True when the endpoint is in service again with its former configuration. */
  readonly rolledBack: boolean;
  /** The last log lines of the container, oldest first. */
  readonly logTail: readonly string[];

  constructor(
    endpointName: string,
    failure: {
      readonly status: string;
      readonly failureReason: string;
      readonly rolledBack: boolean;
      readonly logTail: readonly string[];
    },
  ) {
    const outcome = failure.rolledBack
      ? "rolled back and serves its former configuration"
      : `ended ${failure.status}`;
    super(`Endpoint ${endpointName} ${outcome}: ${failure.failureReason}${tail(failure.logTail)}`);
    this.endpointName = endpointName;
    this.status = failure.status;
    this.failureReason = failure.failureReason;
    this.rolledBack = failure.rolledBack;
    this.logTail = failure.logTail;
  }
}

/** Thrown when the container behind an endpoint answers with an error, or an asynchronous invocation fails. */
export class InvocationError extends namedError("InvocationError", SdkError) {
  /** Name of the endpoint. */
  readonly endpointName: string;
  /** The container's own HTTP status, or undefined for an asynchronous invocation. */
  readonly statusCode: number | undefined;
  /** The container's own message, at most what the service hands on. */
  readonly containerMessage: string;
  /** Short name of the error, such as `UnreadableImage`, where the container is this project's. */
  readonly code: string | undefined;
  /** The container's last log lines, oldest first; read for an asynchronous invocation only. */
  readonly logTail: readonly string[];

  constructor(
    endpointName: string,
    statusCode: number | undefined,
    body: string,
    options?: { readonly cause?: unknown; readonly logTail?: readonly string[] },
  ) {
    const logTail = options?.logTail ?? [];
    const known = parseErrorBody(body);
    const containerMessage = known?.message ?? body;
    const status = statusCode === undefined ? "an error" : statusCode;
    super(
      `The container behind endpoint ${endpointName} answered ${status}: ${containerMessage} ` +
        `(its log is in CloudWatch under /aws/sagemaker/Endpoints/${endpointName})${tail(logTail)}`,
      options,
    );
    this.endpointName = endpointName;
    this.statusCode = statusCode;
    this.containerMessage = containerMessage;
    this.code = known?.code;
    this.logTail = logTail;
  }
}

/** Thrown when an archive cannot be read, or would write outside its folder or beyond a limit. */
export class ArchiveError extends namedError("ArchiveError", SdkError) {
  /** Name of the entry, where one is to blame. */
  readonly entry: string | undefined;

  constructor(message: string, entry?: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.entry = entry;
  }
}

function show(value: unknown): string {
  const text = typeof value === "string" ? `"${value}"` : (JSON.stringify(value) ?? String(value));
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

function tail(lines: readonly string[]): string {
  return lines.length === 0 ? "" : `\nLast log lines:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

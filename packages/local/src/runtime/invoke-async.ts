import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { Cloud } from "../cloud.js";
import { AwsError } from "../errors.js";
import type { EndpointService } from "../sagemaker/hosting/endpoints.js";
import { headerText } from "../wire/header-text.js";
import type { AsyncQueue } from "./async-queue.js";
import { INVOCATION_TIMEOUT_MS } from "./invocation-record.js";
import { containerHeaders } from "./invoke.js";
import { findDeployment } from "./route.js";

/** How long a request may wait when it does not say: 6 hours. */
const DEFAULT_TTL_SECONDS = 21_600;
/** How long an invocation may take when it does not say: 15 minutes. */
const DEFAULT_TIMEOUT_SECONDS = 900;

/**
 * InvokeEndpointAsync: puts the request into the queue and says where its output will be.
 *
 * @throws AwsError ValidationError
 */
export async function invokeEndpointAsync(
  cloud: Cloud,
  service: EndpointService,
  queue: AsyncQueue,
  endpointName: string,
  headers: IncomingHttpHeaders,
  response: ServerResponse,
): Promise<void> {
  const text = (name: string) => headers[`x-amzn-sagemaker-${name}`] as string | undefined;
  const location = text("inputlocation");
  const inputLocation = location === undefined ? undefined : headerText(location);
  if (inputLocation === undefined || !/^(https|s3):\/\/[^/]+\/.+$/.test(inputLocation)) {
    throw new AwsError("ValidationError", "InputLocation must be of the form s3://bucket/key.");
  }
  const ttlSeconds = readSeconds(
    text("requestttlseconds"),
    DEFAULT_TTL_SECONDS,
    60,
    21_600,
    "RequestTTLSeconds",
  );
  const timeoutSeconds = readSeconds(
    text("invocationtimeoutseconds"),
    DEFAULT_TIMEOUT_SECONDS,
    1,
    3_600,
    "InvocationTimeoutSeconds",
  );
  const deployment = await findDeployment(
    cloud,
    service,
    endpointName,
    INVOCATION_TIMEOUT_MS * cloud.timeScale,
  );
  const config = deployment.config.request.AsyncInferenceConfig;
  if (config === undefined) {
    throw new AwsError(
      "ValidationError",
      `Endpoint ${endpointName} has no AsyncInferenceConfig: call InvokeEndpoint.`,
    );
  }
  const { S3OutputPath: outputPath, S3FailurePath: failurePath } = config.OutputConfig;
  if (outputPath === undefined) {
    throw new AwsError("ValidationError", `The AsyncInferenceConfig of ${endpointName} has no S3OutputPath.`);
  }
  const id = randomUUID();
  const extension = text("s3outputpathextension")?.replace(/^\/+|\/+$/g, "");
  const below = (folder: string, name: string) =>
    [folder.replace(/\/+$/, ""), ...(extension ? [extension] : []), name].join("/");
  const outputLocation = below(outputPath, text("filename") ?? `${id}.out`);
  const failureLocation = failurePath === undefined ? undefined : below(failurePath, `${id}-error.out`);
  const inferenceId = text("inference-id") ?? id;
  const accept = text("accept");
  const type = text("content-type");
  const now = Date.now();
  queue.add({
    id,
    endpointName,
    inputLocation,
    outputLocation,
    failureLocation,
    headers: {
      ...containerHeaders(headers),
      "content-type": type ?? "application/octet-stream",
      ...(accept === undefined ? {} : { accept }),
      "x-amzn-sagemaker-inference-id": inferenceId,
    },
    acceptedMs: now,
    expiresMs: now + ttlSeconds * 1000 * cloud.timeScale,
    timeoutMs: timeoutSeconds * 1000,
  });
  response.statusCode = 202;
  response.setHeader("content-type", "application/json");
  response.setHeader("x-amzn-sagemaker-outputlocation", outputLocation);
  if (failureLocation !== undefined) response.setHeader("x-amzn-sagemaker-failurelocation", failureLocation);
  response.end(JSON.stringify({ InferenceId: headerText(inferenceId) }));
}

function readSeconds(
  text: string | undefined,
  fallback: number,
  min: number,
  max: number,
  name: string,
): number {
  const value = text === undefined ? fallback : Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new AwsError("ValidationError", `${name} must be an integer from ${min} to ${max}.`);
}

import type { Cloud } from "../cloud.js";
import type { AsyncInferenceConfig } from "../sagemaker/hosting/endpoint-configs.js";

/** How an asynchronous invocation ended. */
export interface AsyncEnd {
  readonly endpointName: string;
  readonly inferenceId: string;
  readonly inputLocation: string;
  readonly contentType: string | undefined;
  readonly acceptedMs: number;
  /** Where the output lies; undefined when it failed. */
  readonly output?: { readonly location: string; readonly contentType: string };
  /** Where the failure was written, if the endpoint has a place for that. */
  readonly failureLocation?: string | undefined;
  readonly failureReason?: string;
}

/**
 * Publishes the end of an asynchronous invocation to the topic that its endpoint names for it, as SageMaker words
 * it. Nothing without an emulator, whose topic it is, or without a topic.
 */
export async function tellTopic(
  cloud: Cloud,
  config: AsyncInferenceConfig | undefined,
  end: AsyncEnd,
): Promise<void> {
  const { SuccessTopic: success, ErrorTopic: failure } = config?.OutputConfig.NotificationConfig ?? {};
  const topic = end.output === undefined ? failure : success;
  if (topic === undefined || cloud.emulator === undefined) return;
  const { output } = end;
  const message = {
    awsRegion: cloud.region,
    eventTime: new Date().toISOString(),
    receivedTime: new Date(end.acceptedMs).toISOString(),
    invocationStatus: output === undefined ? "Failed" : "Completed",
    failureReason: end.failureReason,
    requestParameters: {
      contentType: end.contentType,
      endpointName: end.endpointName,
      inputLocation: end.inputLocation,
    },
    responseParameters:
      output === undefined
        ? { failureLocation: end.failureLocation }
        : { contentType: output.contentType, outputLocation: output.location },
    inferenceId: end.inferenceId,
    eventVersion: "1.0",
    eventSource: "aws:sagemaker",
    eventName: "InferenceResult",
  };
  try {
    await cloud.emulator.publish(topic, JSON.stringify(message));
  } catch (error) {
    cloud.logger.warn(`The topic ${topic} was not told of ${end.inferenceId}: ${String(error)}`);
  }
}

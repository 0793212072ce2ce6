import type { Cloud } from "../cloud.js";
import { AwsError } from "../errors.js";
import { endpointLogGroup } from "../sagemaker/hosting/fleet.js";
import type { ContainerAnswer } from "../sagemaker/hosting/forward.js";

/** Most characters of a container's error that are handed on. */
const MAX_MESSAGE_CHARACTERS = 4096;

/** Makes of a container's failure the ModelError that the caller of InvokeEndpoint sees. */
export function modelError(cloud: Cloud, endpointName: string, answer: ContainerAnswer): AwsError {
  const { status, message } = originalOf(answer);
  const side = status >= 400 && status < 500 ? "client" : "server";
  const group = endpointLogGroup(endpointName);
  const text = `Received ${side} error (${status}) from primary with message "${message}". See log group ${group} in account ${cloud.account} for more information.`;
  return new AwsError("ModelError", text, 424, {
    members: {
      Message: text,
      OriginalStatusCode: status,
      OriginalMessage: message,
      LogStreamArn: `arn:aws:logs:${cloud.region}:${cloud.account}:log-group:${group}`,
    },
  });
}

/** A body that is larger than it may be. */
export function payloadTooLarge(maxBytes: number): AwsError {
  return new AwsError("413", `HTTP content length exceeded ${maxBytes} bytes.`, 413);
}

function originalOf(answer: ContainerAnswer): { status: number; message: string } {
  switch (answer.kind) {
    case "answer":
      return {
        status: answer.status,
        message: answer.body.toString("utf8").slice(0, MAX_MESSAGE_CHARACTERS),
      };
    case "timeout":
      return {
        status: 0,
        message:
          "Your invocation timed out while waiting for a response from container primary. Review the latency metrics for each container in Amazon CloudWatch, resolve the issue, and try again.",
      };
    case "too-large":
      return { status: 0, message: "The response of container primary is larger than the payload limit." };
    case "broken":
      return { status: 0, message: `The connection to container primary broke: ${answer.reason}.` };
  }
}

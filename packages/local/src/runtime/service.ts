import type { IncomingMessage, ServerResponse } from "node:http";
import type { Cloud } from "../cloud.js";
import { AwsError } from "../errors.js";
import type { EndpointService } from "../sagemaker/hosting/endpoints.js";
import { ModelNotLoadedError } from "../sagemaker/hosting/loaded-models.js";
import { decodePercent, type RequestTarget } from "../wire/percent-encoding.js";
import { REST_JSON } from "../wire/protocols/aws-json.js";
import { asAwsError, sendAnswer } from "../wire/protocols/protocol.js";
import type { AsyncQueue } from "./async-queue.js";
import type { DataCapture } from "./data-capture.js";
import type { InvocationRecord } from "./invocation-record.js";
import { invokeEndpoint } from "./invoke.js";
import { invokeEndpointAsync } from "./invoke-async.js";
import { invokeWithResponseStream } from "./invoke-stream.js";
import { modelError } from "./model-error.js";

/** SageMaker Runtime: what is posted below `/endpoints/`. */
export interface RuntimeService {
  serve(
    request: IncomingMessage,
    response: ServerResponse,
    target: RequestTarget,
    body: Buffer,
  ): Promise<void>;
}

/** Makes the runtime over the endpoints. */
export function createRuntimeService(
  cloud: Cloud,
  endpoints: EndpointService,
  queue: AsyncQueue,
  record: (invocation: InvocationRecord) => void,
  capture: DataCapture,
): RuntimeService {
  return {
    async serve(request, response, target, body) {
      try {
        const match = /^\/endpoints\/([^/]+)\/([a-z-]+)$/.exec(target.rawPath);
        const name = match === null ? undefined : endpointOf(target);
        if (request.method !== "POST" || match === null || !name) {
          throw new AwsError(
            "UnknownOperationException",
            `SageMaker Runtime has no ${request.method} ${target.rawPath}.`,
            404,
          );
        }
        const { headers } = request;
        const what = { endpointName: name, headers, body, response };
        const invocation = { cloud, service: endpoints, record, capture, ...what };
        switch (match[2]) {
          case "invocations":
            await invokeEndpoint(invocation);
            return;
          case "invocations-response-stream":
            await invokeWithResponseStream(invocation);
            return;
          case "async-invocations":
            await invokeEndpointAsync(cloud, endpoints, queue, name, headers, response);
            return;
          default:
            throw new AwsError(
              "NotImplementedException",
              `The local SageMaker Runtime does not implement ${match[2]}.`,
              501,
            );
        }
      } catch (error) {
        const known = asAwsError(
          error instanceof ModelNotLoadedError ? modelError(cloud, endpointOf(target), error.answer) : error,
        );
        sendAnswer(response, REST_JSON.writeError(known, String(response.getHeader("x-amzn-requestid"))));
        if (known !== error && !(error instanceof ModelNotLoadedError)) throw error;
      }
    },
  };
}

/** The endpoint that a path names; empty where that cannot be read. */
function endpointOf({ rawPath }: RequestTarget): string {
  return decodePercent(rawPath.split("/")[2] ?? "") ?? "";
}

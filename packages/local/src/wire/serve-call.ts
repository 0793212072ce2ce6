import type { ServerResponse } from "node:http";
import { asAwsError, type Protocol, sendAnswer, type WireRequest } from "./protocols/protocol.js";
import type { Service } from "./service.js";
import { modelOf } from "./service-models.js";

/** Answers one call of a service, in the protocol in which it was made. Faults of ours are answered, then thrown. */
export async function serveCall(
  service: Service,
  protocol: Protocol,
  request: WireRequest,
  response: ServerResponse,
  requestId: string,
  caller: string,
): Promise<void> {
  const model = modelOf(service.name);
  try {
    const call = protocol.readCall(request, model);
    const output = await service.call(call.operation, call.input, caller);
    sendAnswer(response, protocol.writeOutput(call, output, model, requestId));
  } catch (error) {
    const known = asAwsError(error);
    sendAnswer(response, protocol.writeError(known, requestId));
    if (known !== error) throw error;
  }
}

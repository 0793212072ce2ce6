import { decodeCbor, encodeCbor } from "../cbor.js";
import { type Protocol, unknownOperation, type WireAnswer } from "./protocol.js";

/** Smithy's RPC v2 with CBOR, which CloudWatch's clients speak first. */
export const RPC_CBOR: Protocol = {
  readCall({ target, body }, { targetPrefix }) {
    const [, prefix, operation] = /^\/service\/([^/]+)\/operation\/([^/]+)$/.exec(target.rawPath) ?? [];
    if (operation === undefined || prefix !== targetPrefix) throw unknownOperation(target.rawPath);
    return { operation, input: body.length === 0 ? {} : decodeCbor(body) };
  },
  writeOutput: (_call, output) => answer(200, output, {}),
  writeError: (error) =>
    answer(
      error.status,
      { __type: error.code, message: error.message, ...error.members },
      // CloudWatch spoke Query before: its clients read the old code from this header.
      { "x-amzn-query-error": `${error.code};${error.status < 500 ? "Sender" : "Receiver"}` },
    ),
};

function answer(status: number, content: unknown, headers: Record<string, string>): WireAnswer {
  return {
    status,
    headers: { "smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor", ...headers },
    body: encodeCbor(content),
  };
}

import type { IncomingHttpHeaders } from "node:http";
import type { RequestTarget } from "../percent-encoding.js";
import { awsJson, REST_JSON } from "./aws-json.js";
import type { ErrorForm, Protocol } from "./protocol.js";
import { EC2_QUERY, QUERY } from "./query.js";
import { RPC_CBOR } from "./rpc-cbor.js";

/** Services besides S3 that speak REST-XML, whose errors look as Query's do. */
const REST_XML_SERVICES = new Set(["cloudfront", "route53"]);

/** The protocol that a request is written in; its errors alone where this server answers no call in it. */
export function protocolOf(
  target: RequestTarget,
  headers: IncomingHttpHeaders,
  service: string | undefined,
): Protocol | ErrorForm {
  const contentType = headers["content-type"] ?? "";
  if (headers["smithy-protocol"] === "rpc-v2-cbor") return RPC_CBOR;
  if (headers["x-amz-target"] !== undefined) {
    return awsJson(contentType.startsWith("application/x-amz-json-1.0") ? contentType : undefined);
  }
  const isForm = contentType.startsWith("application/x-www-form-urlencoded");
  if (isForm || target.query.some(([name]) => name === "Action")) {
    return service === "ec2" ? EC2_QUERY : QUERY;
  }
  return REST_XML_SERVICES.has(service ?? "") ? QUERY_ERRORS : REST_JSON;
}

const QUERY_ERRORS: ErrorForm = { writeError: QUERY.writeError };

/** Whether calls are answered in a protocol. */
export function answersCalls(protocol: Protocol | ErrorForm): protocol is Protocol {
  return "readCall" in protocol;
}

/** The key and the service that a request says it is signed with and for, whether or not the signature is right. */
export function claimOf(
  target: RequestTarget,
  headers: IncomingHttpHeaders,
): { readonly accessKeyId?: string | undefined; readonly service?: string | undefined } {
  const credential =
    /Credential=([^,\s]+)/.exec(headers.authorization ?? "")?.[1] ??
    target.query.find(([name]) => name === "X-Amz-Credential")?.[1];
  const [accessKeyId, , , service] = credential?.split("/") ?? [];
  return { accessKeyId, service };
}

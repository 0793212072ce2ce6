import type { IncomingMessage, ServerResponse } from "node:http";
import { AwsError } from "../errors.js";
import { decodeAwsChunked, isAwsChunked } from "../wire/aws-chunked.js";
import { CHECKSUM_ALGORITHMS, startChecksum } from "../wire/checksum.js";
import { type Authentication, sha256Hex } from "../wire/sigv4.js";
import { parseXml, writeXml, type XmlElement, type XmlNode } from "../wire/xml.js";

/** An S3 request, taken apart. */
export interface S3Request {
  readonly method: string;
  /** Empty for the service itself. */
  readonly bucket: string;
  /** Empty for the bucket itself. */
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  /** Header values by lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: IncomingMessage;
  readonly auth: Authentication | undefined;
}

/** An S3 answer. */
export interface S3Response {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | number | undefined>>;
  /** Sent as it is. */
  readonly text?: string;
  /** Sent after the headers; it is given the socket to write to. */
  readonly send?: (response: ServerResponse) => Promise<void>;
}

/** Namespace of S3's documents. */
const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";
/** Bound of an XML body: DeleteObjects of 1,000 keys of 1,024 bytes fits. */
const MAX_XML_BYTES = 4 << 20;

/** An XML document as an answer. */
export function xmlResponse(root: string, content: readonly XmlElement[], status = 200): S3Response {
  return { status, headers: { "content-type": "application/xml" }, text: writeXml(root, content, NAMESPACE) };
}

/** Reads the XML body of a request. */
export async function readXmlBody(request: S3Request): Promise<XmlNode> {
  return parseXml(await readTextBody(request));
}

/** Reads a small body as text and checks the digests that the client sent with it. */
async function readTextBody(request: S3Request): Promise<string> {
  const { auth, headers } = request;
  const source = isAwsChunked(auth?.payloadHash) ? decodeAwsChunked(request.body, auth!) : request.body;
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of source as AsyncIterable<Uint8Array>) {
    size += piece.length;
    if (size > MAX_XML_BYTES) throw new AwsError("MaxMessageLengthExceeded", "Your request was too big.");
    pieces.push(piece);
  }
  const body = Buffer.concat(pieces);
  if (/^[0-9a-f]{64}$/.test(auth?.payloadHash ?? "") && sha256Hex(body) !== auth!.payloadHash) {
    throw new AwsError(
      "XAmzContentSHA256Mismatch",
      "The provided 'x-amz-content-sha256' header does not match.",
    );
  }
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const given = headers[`x-amz-checksum-${algorithm}`];
    if (given === undefined) continue;
    const sum = startChecksum(algorithm);
    sum.update(body);
    if (sum.digest().toString("base64") !== given) {
      throw new AwsError("BadDigest", `The ${algorithm.toUpperCase()} you specified did not match.`);
    }
  }
  return body.toString("utf8");
}

/** S3's form of an instant in XML. */
export function isoDate(time: number): string {
  return new Date(time).toISOString();
}

/** An error as S3 writes it. */
export function s3ErrorBody(error: AwsError, resource: string, requestId: string): string {
  const members = Object.entries(error.members).map(([name, value]): XmlElement => [name, String(value)]);
  return writeXml("Error", [
    ["Code", error.code],
    ["Message", error.message],
    ...members,
    ["Resource", resource],
    ["RequestId", requestId],
    ["HostId", requestId],
  ]);
}

import type { IncomingMessage, ServerResponse } from "node:http";
import type { AwsError } from "../errors.js";
import type { Authentication } from "../wire/sigv4.js";
import { writeXml, type XmlContent, type XmlElement } from "../wire/xml.js";

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

/** An XML document as an answer. */
export function xmlResponse(root: string, content: XmlContent, status = 200): S3Response {
  return { status, headers: { "content-type": "application/xml" }, text: writeXml(root, content, NAMESPACE) };
}

/** The owner of everything here, as listings name it. */
export function ownerXml(account: string): XmlElement {
  return [
    "Owner",
    [
      ["ID", account],
      ["DisplayName", "sightline"],
    ],
  ];
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

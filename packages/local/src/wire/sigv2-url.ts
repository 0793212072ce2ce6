import { createHmac, timingSafeEqual } from "node:crypto";
import { AwsError } from "../errors.js";
import type { Authentication, Credentials, SignedRequest } from "./sigv4.js";

/** Query names that belong to the resource that is signed. Source: "Signing and authenticating REST requests". */
const SUBRESOURCES = new Set(
  `acl lifecycle location logging notification partNumber policy requestPayment tagging torrent uploadId uploads
  versionId versioning versions website delete cors response-content-type response-content-language response-expires
  response-cache-control response-content-disposition response-content-encoding`.split(/\s+/),
);

/** Whether a request is a URL presigned with Signature Version 2, as boto3 and aws-cli 1 still make them. */
export function isVersion2Url(request: SignedRequest): boolean {
  const names = new Set(request.target.query.map(([name]) => name));
  return names.has("AWSAccessKeyId") && names.has("Signature") && names.has("Expires");
}

/**
 * Checks a URL presigned with Signature Version 2, which only S3 knows.
 *
 * @throws AwsError InvalidAccessKeyId, AccessDenied (expired), SignatureDoesNotMatch
 */
export function readVersion2Url(
  request: SignedRequest,
  credentials: Credentials,
  now = Date.now(),
): Authentication {
  const query = new Map(request.target.query);
  if (query.get("AWSAccessKeyId") !== credentials.accessKeyId) {
    throw new AwsError(
      "InvalidAccessKeyId",
      "The AWS Access Key Id you provided does not exist in our records.",
      403,
    );
  }
  const expires = query.get("Expires")!;
  if (!(now <= Number(expires) * 1000)) throw new AwsError("AccessDenied", "Request has expired", 403);
  const text = (name: string) => String(request.headers[name] ?? "");
  const amzHeaders = Object.keys(request.headers)
    .filter((name) => name.startsWith("x-amz-"))
    .sort()
    .map((name) => `${name}:${text(name).trim()}\n`)
    .join("");
  const subresources = request.target.query
    .filter(([name]) => SUBRESOURCES.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === "" ? name : `${name}=${value}`))
    .join("&");
  const resource = request.target.rawPath + (subresources === "" ? "" : `?${subresources}`);
  const toSign = `${request.method}\n${text("content-md5")}\n${text("content-type")}\n${expires}\n${amzHeaders}${resource}`;
  const expected = createHmac("sha1", credentials.secretAccessKey).update(toSign).digest();
  const given = Buffer.from(query.get("Signature")!, "base64");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new AwsError(
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
      403,
    );
  }
  return {
    accessKeyId: credentials.accessKeyId,
    service: "s3",
    region: "us-east-1",
    payloadHash: "UNSIGNED-PAYLOAD",
    signature: "",
    signingKey: Buffer.alloc(0),
    amzDate: "",
    scope: "",
    verify: () => undefined,
  };
}

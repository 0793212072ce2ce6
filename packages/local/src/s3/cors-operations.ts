import { AwsError } from "../errors.js";
import { corsHeaders, corsRulesXml, readCorsRules } from "./cors-rules.js";
import type { ObjectStore } from "./object-store.js";
import { type S3Request, type S3Response, xmlResponse } from "./request.js";
import { readXmlBody } from "./xml-body.js";

/** PutBucketCors. */
export async function putBucketCors(store: ObjectStore, request: S3Request): Promise<S3Response> {
  store.bucket(request.bucket);
  store.setCors(request.bucket, readCorsRules(await readXmlBody(request)));
  return { status: 200 };
}

/** GetBucketCors. */
export function getBucketCors(store: ObjectStore, request: S3Request): S3Response {
  const { cors } = store.bucket(request.bucket);
  if (cors !== undefined) return xmlResponse("CORSConfiguration", corsRulesXml(cors));
  throw new AwsError("NoSuchCORSConfiguration", "The CORS configuration does not exist", 404, {
    members: { BucketName: request.bucket },
  });
}

/** DeleteBucketCors. */
export function deleteBucketCors(store: ObjectStore, request: S3Request): S3Response {
  store.setCors(request.bucket, undefined);
  return { status: 204 };
}

/** Answers a browser that asks, without a signature, whether a page may send a request. */
export function preflight(store: ObjectStore, { bucket, headers }: S3Request): S3Response {
  const { origin, "access-control-request-method": method } = headers;
  if (origin === undefined) {
    throw new AwsError("BadRequest", "Insufficient information. Origin request header needed.");
  }
  if (method === undefined) {
    throw new AwsError("BadRequest", "Invalid Access-Control-Request-Method: null");
  }
  const rules = store.buckets.get(bucket)?.cors;
  if (rules === undefined) throw forbidden("CORSResponse: CORS is not enabled for this bucket.");
  const names = (headers["access-control-request-headers"] ?? "").toLowerCase().split(",");
  const wanted = names.map((name) => name.trim()).filter((name) => name !== "");
  const allowed = corsHeaders(rules, { origin, method, headers: wanted });
  if (allowed !== undefined) return { status: 200, headers: allowed };
  throw forbidden(
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
  );
}

/** The headers that let a page of another origin read the answer to a request of its own. */
export function answerHeaders(
  store: ObjectStore,
  { bucket, method, headers }: S3Request,
): Record<string, string | undefined> {
  const { origin } = headers;
  const rules = store.buckets.get(bucket)?.cors;
  if (origin === undefined || rules === undefined) return {};
  return corsHeaders(rules, { origin, method, headers: [] }) ?? {};
}

function forbidden(message: string): AwsError {
  return new AwsError("AccessForbidden", message, 403);
}

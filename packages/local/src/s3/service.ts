import type { IncomingMessage, ServerResponse } from "node:http";
import { AwsError } from "../errors.js";
import { decodePercent, type RequestTarget } from "../wire/percent-encoding.js";
import type { Authentication } from "../wire/sigv4.js";
import {
  createBucket,
  deleteObjects,
  getBucketLocation,
  headBucket,
  listBuckets,
} from "./bucket-operations.js";
import { completeMultipartUpload } from "./complete-upload.js";
import {
  answerHeaders,
  deleteBucketCors,
  getBucketCors,
  preflight,
  putBucketCors,
} from "./cors-operations.js";
import { listObjects, listObjectsV2, listObjectVersions } from "./list-operations.js";
import { listMultipartUploads, listParts } from "./list-uploads.js";
import { getObjectAttributes } from "./object-attributes.js";
import { copyObject, deleteObject, getObject, putObject } from "./object-operations.js";
import type { ObjectStore } from "./object-store.js";
import { refuseHeaders } from "./refused-headers.js";
import { type S3Request, type S3Response, s3ErrorBody, xmlResponse } from "./request.js";
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from "./tagging-operations.js";
import { uploadPart, uploadPartCopy } from "./upload-part.js";
import { abortMultipartUpload, createMultipartUpload } from "./uploads.js";

/** What the S3 service needs to know. */
export interface S3ServiceOptions {
  /** All buckets. */
  readonly store: ObjectStore;
  /** Where buckets are made unless their request says so. */
  readonly region: string;
  /** Twelve digits; the owner of everything. */
  readonly account: string;
}

/**
 * Answers one S3 request, whose signature has been checked; without `auth`, one of the two that
 * browsers send unsigned (see `isUnsigned`).
 */
export async function serveS3(
  message: IncomingMessage,
  response: ServerResponse,
  target: RequestTarget,
  auth: Authentication | undefined,
  requestId: string,
  options: S3ServiceOptions,
): Promise<void> {
  try {
    const request = readRequest(message, target, auth);
    const owner = request.headers["x-amz-expected-bucket-owner"];
    if (owner !== undefined && owner !== options.account)
      throw new AwsError("AccessDenied", "Access Denied", 403);
    setHeaders(response, answerHeaders(options.store, request));
    const answer = auth === undefined ? answerUnsigned(request, options) : await dispatch(request, options);
    response.statusCode = answer.status ?? 200;
    setHeaders(response, answer.headers ?? {});
    if (answer.send !== undefined) await answer.send(response);
    else response.end(request.method === "HEAD" ? undefined : answer.text);
  } catch (error) {
    if (response.headersSent) {
      // Half a body cannot be taken back: break the connection so that the client notices.
      response.destroy();
      return;
    }
    const answer = error instanceof AwsError ? error : internalError(error);
    response.statusCode = answer.status;
    setHeaders(response, answer.headers);
    response.setHeader("content-type", "application/xml");
    // Whoever still sends the rest would meet a reset instead of the answer if the connection were closed.
    message.resume();
    response.removeHeader("content-length");
    response.end(message.method === "HEAD" ? undefined : s3ErrorBody(answer, target.rawPath, requestId));
    if (!(error instanceof AwsError)) throw error;
  }
}

function setHeaders(response: ServerResponse, headers: NonNullable<S3Response["headers"]>): void {
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) response.setHeader(name, value);
}

/**
 * Whether a request is one that browsers send to S3 without a signature of its own: a preflight (that
 * of a presigned URL has the URL's, which is for another method), or a POST of a form.
 */
export function isUnsigned({ method, headers }: IncomingMessage): boolean {
  if (method === "OPTIONS") return true;
  const form = headers["content-type"]?.startsWith("multipart/form-data") ?? false;
  return method === "POST" && form && headers.authorization === undefined;
}

function answerUnsigned(request: S3Request, { store }: S3ServiceOptions): S3Response {
  if (request.method === "OPTIONS") return preflight(store, request);
  throw notImplemented(request, "with a form and its policy (presigned POST); use a presigned PUT");
}

function internalError(cause: unknown): AwsError {
  return new AwsError("InternalError", "We encountered an internal error. Please try again.", 500, { cause });
}

function readRequest(
  message: IncomingMessage,
  target: RequestTarget,
  auth: Authentication | undefined,
): S3Request {
  const virtualHost = /^([a-z0-9][a-z0-9.-]+)\.(?:s3\.)?localhost(?::\d+)?$/.exec(
    message.headers.host ?? "",
  )?.[1];
  const path = target.rawPath.slice(1);
  const slash = path.indexOf("/");
  const rawBucket = virtualHost ?? (slash < 0 ? path : path.slice(0, slash));
  const rawKey = virtualHost === undefined ? (slash < 0 ? "" : path.slice(slash + 1)) : path;
  const bucket = decodePercent(rawBucket);
  const key = decodePercent(rawKey);
  if (bucket === undefined || key === undefined)
    throw new AwsError("InvalidURI", "Couldn't parse the specified URI.");
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    headers[name] = Array.isArray(value) ? value.join(",") : value;
  }
  return {
    method: message.method ?? "GET",
    bucket,
    key,
    query: new Map(target.query),
    headers,
    body: message,
    auth,
  };
}

async function dispatch(
  request: S3Request,
  { store, region, account }: S3ServiceOptions,
): Promise<S3Response> {
  const { method, query } = request;
  const has = (name: string): boolean => query.has(name);
  refuseHeaders(request.headers);
  const copies = request.headers["x-amz-copy-source"] !== undefined;
  if (request.bucket === "") {
    if (method === "GET") return listBuckets(store, request, account);
    throw notImplemented(request);
  }
  const unknown = [...query.keys()].find((name) => UNIMPLEMENTED.has(name));
  if (unknown !== undefined) throw notImplemented(request, `?${unknown}`);
  if (request.key === "") {
    if (has("tagging")) throw notImplemented(request, "?tagging");
    if (has("versioning") && method !== "GET") throw notImplemented(request, "?versioning");
    switch (method) {
      case "PUT":
        if (has("cors")) return putBucketCors(store, request);
        return createBucket(store, request, region);
      case "HEAD":
        return headBucket(store, request);
      case "DELETE":
        if (has("cors")) return deleteBucketCors(store, request);
        store.deleteBucket(request.bucket);
        return { status: 204 };
      case "GET":
        if (has("cors")) return getBucketCors(store, request);
        if (has("location")) return getBucketLocation(store, request);
        if (has("uploads")) return listMultipartUploads(store, request, account);
        if (has("versions")) return listObjectVersions(store, request, account);
        if (has("versioning")) {
          store.bucket(request.bucket);
          return xmlResponse("VersioningConfiguration", []);
        }
        return query.get("list-type") === "2"
          ? listObjectsV2(store, request, account)
          : listObjects(store, request, account);
      case "POST":
        if (has("delete")) return deleteObjects(store, request);
        throw notImplemented(request);
      default:
        throw methodNotAllowed(request);
    }
  }
  switch (method) {
    case "PUT":
      if (has("tagging")) return putObjectTagging(store, request);
      if (has("uploadId")) return copies ? uploadPartCopy(store, request) : uploadPart(store, request);
      return copies ? copyObject(store, request) : putObject(store, request);
    case "GET":
      if (has("tagging")) return getObjectTagging(store, request);
      if (has("uploadId")) return listParts(store, request);
      if (has("attributes")) return getObjectAttributes(store, request);
      return getObject(store, request);
    case "HEAD":
      return getObject(store, request);
    case "DELETE":
      if (has("tagging")) return deleteObjectTagging(store, request);
      return has("uploadId") ? abortMultipartUpload(store, request) : deleteObject(store, request);
    case "POST":
      if (has("uploads")) return createMultipartUpload(store, request);
      if (has("uploadId")) return completeMultipartUpload(store, request);
      throw notImplemented(request);
    default:
      throw methodNotAllowed(request);
  }
}

function methodNotAllowed({ method }: S3Request): AwsError {
  return new AwsError("MethodNotAllowed", "The specified method is not allowed against this resource.", 405, {
    members: { Method: method },
  });
}

/** Sub-resources of S3 that this server does not have: asking for one must not reach another operation. */
const UNIMPLEMENTED = new Set(
  `accelerate acl analytics encryption intelligent-tiering inventory legal-hold lifecycle logging
  metadataTable metrics notification object-lock ownershipControls policy policyStatus publicAccessBlock renameObject
  replication requestPayment restore retention select session torrent website`.split(/\s+/),
);

function notImplemented(request: S3Request, detail?: string): AwsError {
  const what = `${request.method} ${request.key === "" ? "bucket" : "object"}${detail ? ` ${detail}` : ""}`;
  return new AwsError("NotImplemented", `The local S3 does not implement this operation: ${what}.`, 501);
}

import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AwsError } from "../errors.js";
import type { Bucket } from "./bucket.js";
import { type ByteRange, parseRange } from "./byte-range.js";
import { checkCopyConditions, checkReadConditions, checkWriteConditions } from "./conditions.js";
import { wantedAlgorithm } from "./declared-checksum.js";
import { encryptionHeaders, refuseEncryptionOfRead } from "./encryption-headers.js";
import type { StoredObject } from "./object.js";
import { checksumHeaders, checksumXml, digestsOf, fullChecksum } from "./object-checksum.js";
import {
  changesAttributes,
  copiedHeaders,
  describeObject,
  objectHeaders,
  parseCopySource,
} from "./object-headers.js";
import type { ObjectStore } from "./object-store.js";
import { receiveBody } from "./receive-body.js";
import { isoDate, type S3Request, type S3Response, xmlResponse } from "./request.js";

/** Longest key: 1,024 bytes of UTF-8, as S3 has it. */
const MAX_KEY_BYTES = 1024;
/** Largest source of one CopyObject: 5 GB. */
const MAX_COPY_BYTES = 5 * 1024 ** 3;

/** PutObject. */
export async function putObject(store: ObjectStore, request: S3Request): Promise<S3Response> {
  const bucket = store.bucket(request.bucket);
  checkKey(request.key);
  checkWriteConditions(request.headers, bucket.objects.get(request.key));
  const description = describeObject(request);
  const { segment, ...digests } = await receiveBody(store, request);
  const object: StoredObject = {
    key: request.key,
    size: segment.size,
    lastModified: Date.now(),
    ...description,
    ...digests,
    segments: [segment],
  };
  commitFresh(store, bucket, object, request, "ObjectCreated:Put");
  const headers = { etag: `"${object.etag}"`, ...checksumHeaders(object.checksum) };
  return { headers: { ...headers, ...encryptionHeaders(object.headers) } };
}

/** Commits an object of fresh segments, which go when it fails. */
function commitFresh(...commit: Parameters<typeof commitChecked>): void {
  const [store, , object] = commit;
  try {
    commitChecked(...commit);
  } catch (error) {
    store.segments.remove(object.segments);
    throw error;
  }
}

/** Commits after checking once more what another writer may have changed meanwhile. */
export function commitChecked(
  store: ObjectStore,
  bucket: Bucket,
  object: StoredObject,
  request: S3Request,
  event: string,
): void {
  checkWriteConditions(request.headers, bucket.objects.get(object.key));
  store.commit(bucket, object, event);
}

/** GetObject and HeadObject. */
export function getObject(store: ObjectStore, request: S3Request): S3Response {
  refuseEncryptionOfRead(request.headers);
  const object = findObject(store.bucket(request.bucket), request.key, request.query.get("versionId"));
  const headers: Record<string, string | number> = objectHeaders(object, request);
  if (!checkReadConditions(request.headers, object)) return { status: 304, headers };
  const range = requestedRange(request, object);
  const { start, end } = range ?? { start: 0, end: object.size };
  headers["content-length"] = end - start;
  // An empty part has no first and last byte to name.
  if (range !== undefined && start < end)
    headers["content-range"] = `bytes ${start}-${end - 1}/${object.size}`;
  if (request.headers["x-amz-checksum-mode"]?.toUpperCase() === "ENABLED") {
    const whole = range === undefined || (start === 0 && end === object.size);
    Object.assign(headers, whole ? checksumHeaders(object.checksum) : partChecksum(request, object));
  }
  if (request.query.has("partNumber") && object.partSizes !== undefined) {
    headers["x-amz-mp-parts-count"] = object.partSizes.length;
  }
  const status = range === undefined ? 200 : 206;
  if (request.method === "HEAD" || start === end) return { status, headers };
  return {
    status,
    headers,
    send: (response) => pipeline(Readable.from(store.segments.read(object.segments, start, end)), response),
  };
}

/** The checksum of the one part that is asked for. */
function partChecksum(
  { query }: S3Request,
  { checksum, partChecksums }: StoredObject,
): Record<string, string> {
  const value = partChecksums?.[Number(query.get("partNumber")) - 1];
  return checksum === undefined || value === undefined ? {} : checksumHeaders({ ...checksum, value });
}

function requestedRange(request: S3Request, object: StoredObject): ByteRange | undefined {
  const partNumber = request.query.get("partNumber");
  if (partNumber === undefined) return parseRange(request.headers.range, object.size);
  if (request.headers.range !== undefined) {
    throw new AwsError("InvalidRequest", "Cannot specify both Range header and partNumber query parameter");
  }
  const sizes = object.partSizes ?? [object.size];
  const index = Number(partNumber) - 1;
  const size = sizes[index];
  if (size === undefined) {
    throw new AwsError("InvalidPartNumber", "The requested partnumber is not satisfiable", 416);
  }
  const start = sizes.slice(0, index).reduce((sum, part) => sum + part, 0);
  return { start, end: start + size };
}

/** @throws AwsError NoSuchKey, NoSuchVersion */
export function findObject(bucket: Bucket, key: string, versionId?: string): StoredObject {
  const object = bucket.objects.get(key);
  if (object === undefined) {
    throw new AwsError("NoSuchKey", "The specified key does not exist.", 404, { members: { Key: key } });
  }
  if (versionId !== undefined) checkVersion(versionId);
  return object;
}

/** Without versioning each object is its own version `null`. @throws AwsError NoSuchVersion */
export function checkVersion(versionId: string): void {
  if (versionId !== "null") throw new AwsError("NoSuchVersion", "The specified version does not exist.", 404);
}

/**
 * Deletes an object if it is the one that is meant; deleting what is not there is no error.
 *
 * @throws AwsError PreconditionFailed, NotImplemented
 */
export function removeChecked(
  store: ObjectStore,
  bucket: Bucket,
  key: string,
  condition: { readonly etag: string | undefined; readonly others: readonly string[] },
): void {
  const [other] = condition.others;
  if (other !== undefined) {
    throw new AwsError("NotImplemented", `Only directory buckets take the condition ${other}.`, 501);
  }
  const current = bucket.objects.get(key);
  if (current !== undefined) checkWriteConditions({ "if-match": condition.etag }, current);
  store.remove(bucket, key);
}

/** DeleteObject. */
export function deleteObject(store: ObjectStore, request: S3Request): S3Response {
  const bucket = store.bucket(request.bucket);
  const version = request.query.get("versionId");
  if (version !== undefined) checkVersion(version);
  removeChecked(store, bucket, request.key, {
    etag: request.headers["if-match"],
    others: ["x-amz-if-match-last-modified-time", "x-amz-if-match-size"].filter(
      (name) => request.headers[name] !== undefined,
    ),
  });
  return { status: 204 };
}

/** CopyObject. */
export async function copyObject(store: ObjectStore, request: S3Request): Promise<S3Response> {
  const bucket = store.bucket(request.bucket);
  checkKey(request.key);
  const { bucket: sourceBucket, key: sourceKey } = parseCopySource(request.headers["x-amz-copy-source"]!);
  const source = findObject(store.bucket(sourceBucket), sourceKey);
  checkCopyConditions(request.headers, source);
  checkWriteConditions(request.headers, bucket.objects.get(request.key));
  const replace = request.headers["x-amz-metadata-directive"]?.toUpperCase() === "REPLACE";
  const replaceTags = request.headers["x-amz-tagging-directive"]?.toUpperCase() === "REPLACE";
  const changes = replace || replaceTags || changesAttributes(request);
  if (!changes && bucket.name === sourceBucket && request.key === sourceKey) {
    throw new AwsError(
      "InvalidRequest",
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  if (source.size > MAX_COPY_BYTES) {
    throw new AwsError(
      "InvalidRequest",
      "The specified copy source is larger than the maximum allowable size: 5368709120",
    );
  }
  const description = describeObject(request);
  const segments = await store.segments.copy(source.segments);
  const tags = replaceTags ? description.tags : source.tags;
  const object: StoredObject = {
    key: request.key,
    size: source.size,
    lastModified: Date.now(),
    headers: replace ? description.headers : copiedHeaders(source.headers, request),
    metadata: replace ? description.metadata : source.metadata,
    ...(tags === undefined ? {} : { tags }),
    ...(await copiedDigests(store, request, source)),
    segments,
  };
  commitFresh(store, bucket, object, request, "ObjectCreated:Copy");
  const response = xmlResponse("CopyObjectResult", [
    ["LastModified", isoDate(object.lastModified)],
    ["ETag", `"${object.etag}"`],
    ...checksumXml(object.checksum),
  ]);
  return { ...response, headers: { ...response.headers, ...encryptionHeaders(object.headers) } };
}

/**
 * A copy is one part: what the source has by parts, or not at all, is computed from the bytes.
 * Source: "Checking object integrity" of the S3 guide.
 */
async function copiedDigests(
  store: ObjectStore,
  request: S3Request,
  source: StoredObject,
): Promise<Pick<StoredObject, "etag" | "checksum">> {
  const algorithm =
    wantedAlgorithm(request.headers["x-amz-checksum-algorithm"]) ?? source.checksum?.algorithm;
  if (source.partSizes === undefined && algorithm === source.checksum?.algorithm) {
    const { etag, checksum } = source;
    return checksum === undefined ? { etag } : { etag, checksum };
  }
  const pieces = store.segments.read(source.segments, 0, source.size);
  const digests = await digestsOf(pieces, ["md5", algorithm]);
  const etag = digests.of("md5").toString("hex");
  const checksum = fullChecksum(digests, algorithm);
  return checksum === undefined ? { etag } : { etag, checksum };
}

/** @throws AwsError KeyTooLongError */
export function checkKey(key: string): void {
  const bytes = Buffer.byteLength(key);
  if (bytes <= MAX_KEY_BYTES) return;
  throw new AwsError("KeyTooLongError", "Your key is too long", 400, {
    members: { Size: bytes, MaxSizeAllowed: MAX_KEY_BYTES },
  });
}

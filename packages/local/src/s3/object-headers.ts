import { AwsError } from "../errors.js";
import { decodePercent } from "../wire/percent-encoding.js";
import type { StoredChecksum, StoredObject } from "./object.js";
import type { S3Request } from "./request.js";

/** Headers that an object keeps and gives back. */
const KEPT = [
  "content-type",
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "expires",
  "x-amz-website-redirect-location",
  "x-amz-storage-class",
  "x-amz-server-side-encryption",
  "x-amz-server-side-encryption-aws-kms-key-id",
];
/** User metadata: 2 KB in all, as S3 has it. */
const MAX_METADATA_BYTES = 2048;

/** What a PUT says of the object besides its bytes. */
export interface ObjectDescription {
  readonly headers: Record<string, string>;
  readonly metadata: Record<string, string>;
  readonly tags?: Record<string, string>;
}

/** Reads an object's description from the headers of a request. */
export function describeObject(request: S3Request): ObjectDescription {
  const headers: Record<string, string> = {};
  for (const name of KEPT) {
    const value = request.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  const encoding = headers["content-encoding"]
    ?.split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "aws-chunked" && part !== "")
    .join(",");
  if (encoding) headers["content-encoding"] = encoding;
  else delete headers["content-encoding"];
  headers["content-type"] ??= "binary/octet-stream";

  const metadata: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of Object.entries(request.headers)) {
    if (!name.startsWith("x-amz-meta-") || value === undefined) continue;
    metadata[name.slice("x-amz-meta-".length)] = value;
    bytes += name.length - "x-amz-meta-".length + Buffer.byteLength(value);
  }
  if (bytes > MAX_METADATA_BYTES) {
    throw new AwsError(
      "MetadataTooLarge",
      `Your metadata headers exceed the maximum allowed metadata size of ${MAX_METADATA_BYTES} bytes`,
    );
  }
  const tagging = request.headers["x-amz-tagging"];
  return { headers, metadata, ...(tagging === undefined ? {} : { tags: parseTagging(tagging) }) };
}

function parseTagging(text: string): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const [key, value] of new URLSearchParams(text)) tags[key] = value;
  if (Object.keys(tags).length > 10)
    throw new AwsError("BadRequest", "Object tags cannot be greater than 10");
  return tags;
}

/** Headers that describe a stored object in an answer. */
export function objectHeaders(object: StoredObject, request: S3Request): Record<string, string> {
  const headers: Record<string, string> = {
    ...object.headers,
    "accept-ranges": "bytes",
    etag: `"${object.etag}"`,
    "last-modified": new Date(object.lastModified).toUTCString(),
  };
  for (const [name, value] of Object.entries(object.metadata)) headers[`x-amz-meta-${name}`] = value;
  const tagCount = Object.keys(object.tags ?? {}).length;
  if (tagCount > 0) headers["x-amz-tagging-count"] = String(tagCount);
  for (const name of [
    "content-type",
    "content-language",
    "expires",
    "cache-control",
    "content-disposition",
    "content-encoding",
  ]) {
    const override = request.query.get(`response-${name}`);
    if (override !== undefined) headers[name] = override;
  }
  return headers;
}

/** Headers that carry a checksum. */
export function checksumHeaders(checksum: StoredChecksum | undefined): Record<string, string> {
  if (checksum === undefined) return {};
  return { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value, "x-amz-checksum-type": checksum.type };
}

/** Reads `x-amz-copy-source`: `bucket/key`, percent-encoded, with or without a leading slash. */
export function parseCopySource(source: string): { readonly bucket: string; readonly key: string } {
  const [rawPath, versionId] = source.split("?versionId=");
  const decoded = decodePercent(rawPath!.replace(/^\//, ""));
  const slash = decoded?.indexOf("/") ?? -1;
  if (decoded === undefined || slash < 1 || slash === decoded.length - 1) {
    throw new AwsError(
      "InvalidArgument",
      "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
    );
  }
  if (versionId !== undefined && versionId !== "null") {
    throw new AwsError("NoSuchVersion", "The specified version does not exist.", 404);
  }
  return { bucket: decoded.slice(0, slash), key: decoded.slice(slash + 1) };
}

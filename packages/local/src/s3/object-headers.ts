import { AwsError } from "../errors.js";
import { readEncodedWords, writeEncodedWord } from "../wire/header-text.js";
import { decodePercent } from "../wire/percent-encoding.js";
import { checkEncryption, ENCRYPTION_HEADERS } from "./encryption-headers.js";
import type { StoredObject } from "./object.js";
import { type Tags, tagsOfHeader } from "./object-tags.js";
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
  ...ENCRYPTION_HEADERS,
];
/** Those that a copy does not take over from its source: the copying request says them anew. */
const NOT_COPIED = KEPT.filter((name) => name.startsWith("x-amz-"));
/** Where S3 can keep an object; here all of them are the same folder. */
const STORAGE_CLASSES = [
  "STANDARD",
  "REDUCED_REDUNDANCY",
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "GLACIER",
  "GLACIER_IR",
  "DEEP_ARCHIVE",
];
/** User metadata: 2 KB in all, as S3 has it. */
const MAX_METADATA_BYTES = 2048;

/** What a header can carry: no control characters but the tab, nothing beyond Latin-1 (RFC 9110, 5.5). */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** What a PUT says of the object besides its bytes. */
export interface ObjectDescription {
  readonly headers: Record<string, string>;
  readonly metadata: Record<string, string>;
  readonly tags?: Tags;
}

/**
 * Reads an object's description from the headers of a request.
 *
 * @throws AwsError InvalidStorageClass, InvalidArgument, InvalidTag, MetadataTooLarge...
 */
export function describeObject(request: S3Request): ObjectDescription {
  checkEncryption(request.headers);
  const headers = keptHeaders(request, KEPT);
  const encoding = ownEncoding(headers["content-encoding"]);
  if (encoding) headers["content-encoding"] = encoding;
  else delete headers["content-encoding"];
  headers["content-type"] ??= "binary/octet-stream";

  const metadata: (readonly [name: string, value: string])[] = [];
  let bytes = 0;
  for (const [name, value] of Object.entries(request.headers)) {
    if (!name.startsWith("x-amz-meta-") || value === undefined) continue;
    const entry = [name.slice("x-amz-meta-".length), readEncodedWords(value)] as const;
    metadata.push(entry);
    bytes += Buffer.byteLength(entry.join(""));
  }
  if (bytes > MAX_METADATA_BYTES) {
    throw new AwsError(
      "MetadataTooLarge",
      `Your metadata headers exceed the maximum allowed metadata size of ${MAX_METADATA_BYTES} bytes`,
    );
  }
  const tagging = request.headers["x-amz-tagging"];
  return {
    headers,
    // Whatever its name, `__proto__` included, an entry is one.
    metadata: Object.fromEntries(metadata),
    ...(tagging === undefined ? {} : { tags: tagsOfHeader(tagging) }),
  };
}

/** The named headers of a request, but for the storage class that is the rule: S3 does not name it. */
function keptHeaders(request: S3Request, names: readonly string[]): Record<string, string> {
  const storageClass = request.headers["x-amz-storage-class"];
  if (storageClass !== undefined && !STORAGE_CLASSES.includes(storageClass)) {
    throw new AwsError("InvalidStorageClass", "The storage class you specified is not valid", 400, {
      members: { StorageClassRequested: storageClass },
    });
  }
  const headers: Record<string, string> = {};
  for (const name of names) {
    const value = request.headers[name];
    if (value !== undefined && value !== "STANDARD") headers[name] = value;
  }
  return headers;
}

/** The content encoding without `aws-chunked`, which is of the request and not of the object. */
function ownEncoding(encoding: string | undefined): string | undefined {
  const parts = encoding?.split(",").map((part) => part.trim()) ?? [];
  return parts.includes("aws-chunked")
    ? parts.filter((part) => part !== "aws-chunked" && part !== "").join(", ")
    : encoding;
}

/** Headers of a copy that keeps its source's metadata. */
export function copiedHeaders(
  source: Readonly<Record<string, string>>,
  request: S3Request,
): Record<string, string> {
  const taken = Object.entries(source).filter(([name]) => !NOT_COPIED.includes(name));
  return { ...Object.fromEntries(taken), ...keptHeaders(request, NOT_COPIED) };
}

/** Whether a copy changes more than the metadata, so that an object may be copied onto itself. */
export function changesAttributes(request: S3Request): boolean {
  return NOT_COPIED.some((name) => request.headers[name] !== undefined);
}

/** Headers that describe a stored object in an answer. @throws AwsError InvalidArgument */
export function objectHeaders(object: StoredObject, request: S3Request): Record<string, string> {
  const headers: Record<string, string> = {
    ...object.headers,
    "accept-ranges": "bytes",
    etag: `"${object.etag}"`,
    "last-modified": new Date(object.lastModified).toUTCString(),
  };
  // Beyond US-ASCII S3 gives RFC 2047's form, however the text came ("Working with object metadata").
  for (const [name, value] of Object.entries(object.metadata)) {
    headers[`x-amz-meta-${name}`] = writeEncodedWord(value);
  }
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
    if (override === undefined) continue;
    if (!HEADER_VALUE.test(override)) {
      throw new AwsError("InvalidArgument", "Header value cannot be represented using ISO-8859-1.", 400, {
        members: { ArgumentName: `response-${name}`, ArgumentValue: override },
      });
    }
    headers[name] = override;
  }
  return headers;
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

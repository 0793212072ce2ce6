import { AwsError } from "../errors.js";
import type { StoredUpload } from "./bucket.js";
import { encodeKey } from "./list-operations.js";
import { findUpload } from "./multipart-operations.js";
import { compareKeys } from "./object.js";
import { checksumXml } from "./object-operations.js";
import type { ObjectStore } from "./object-store.js";
import { isoDate, type S3Request, type S3Response, xmlResponse } from "./request.js";

/** Most parts or uploads of one page, as S3 has it. */
const MAX_ITEMS = 1000;

/** ListParts. */
export function listParts(store: ObjectStore, request: S3Request): S3Response {
  const bucket = store.bucket(request.bucket);
  const upload = findUpload(bucket, request);
  const after = Number(request.query.get("part-number-marker") ?? 0);
  const max = readCount(request.query, "max-parts");
  const later = [...bucket.parts(upload.id).values()]
    .filter((part) => part.number > after)
    .sort((a, b) => a.number - b.number);
  const page = later.slice(0, max);
  return xmlResponse("ListPartsResult", [
    ["Bucket", bucket.name],
    ["Key", upload.key],
    ["UploadId", upload.id],
    ["PartNumberMarker", after],
    ["NextPartNumberMarker", page.at(-1)?.number ?? after],
    ["MaxParts", max],
    ["IsTruncated", later.length > page.length],
    ...(upload.checksumAlgorithm === undefined
      ? []
      : [
          ["ChecksumAlgorithm", upload.checksumAlgorithm.toUpperCase()] as const,
          ["ChecksumType", upload.checksumType] as const,
        ]),
    ...page.map(
      (part) =>
        [
          "Part",
          [
            ["PartNumber", part.number],
            ["LastModified", isoDate(part.lastModified)],
            ["ETag", `"${part.etag}"`],
            ["Size", part.size],
            ...checksumXml(part.checksum).slice(0, 1),
          ],
        ] as const,
    ),
    ["StorageClass", "STANDARD"],
  ]);
}

/** ListMultipartUploads: by key, those of one key by age. */
export function listMultipartUploads(store: ObjectStore, request: S3Request): S3Response {
  const bucket = store.bucket(request.bucket);
  const { query } = request;
  if (query.get("delimiter")) {
    throw new AwsError("NotImplemented", "The local S3 lists multipart uploads without a delimiter.", 501);
  }
  const prefix = query.get("prefix") ?? "";
  const encoding = query.get("encoding-type");
  const show = (text: string) => (encoding === "url" ? encodeKey(text) : text);
  const max = readCount(query, "max-uploads");
  const sorted = [...bucket.uploads.values()]
    .filter((upload) => upload.key.startsWith(prefix))
    .sort((a, b) => compareKeys(a.key, b.key) || a.initiated - b.initiated || (a.id < b.id ? -1 : 1));
  const later = sorted.slice(startOf(sorted, query.get("key-marker"), query.get("upload-id-marker")));
  const page = later.slice(0, max);
  const last = later.length > page.length ? page.at(-1) : undefined;
  return xmlResponse("ListMultipartUploadsResult", [
    ["Bucket", bucket.name],
    ["KeyMarker", show(query.get("key-marker") ?? "")],
    ["UploadIdMarker", query.get("upload-id-marker") ?? ""],
    ["NextKeyMarker", last && show(last.key)],
    ["NextUploadIdMarker", last?.id],
    ["EncodingType", encoding],
    ["Prefix", show(prefix)],
    ["MaxUploads", max],
    ["IsTruncated", last !== undefined],
    ...page.map(
      (upload) =>
        [
          "Upload",
          [
            ["Key", show(upload.key)],
            ["UploadId", upload.id],
            ["StorageClass", "STANDARD"],
            ["Initiated", isoDate(upload.initiated)],
          ],
        ] as const,
    ),
  ]);
}

/** Where a page begins: after the key, or, when that is named too, after the upload of that key. */
function startOf(sorted: readonly StoredUpload[], key: string | undefined, id: string | undefined): number {
  if (!key) return 0;
  const named = id ? sorted.findIndex((upload) => upload.key === key && upload.id === id) : -1;
  if (named >= 0) return named + 1;
  const next = sorted.findIndex((upload) => compareKeys(upload.key, key) > 0);
  return next < 0 ? sorted.length : next;
}

/** A page's size: at most, and unless it is said, 1,000. */
function readCount(query: ReadonlyMap<string, string>, name: string): number {
  const value = Number(query.get(name) || MAX_ITEMS);
  if (Number.isInteger(value) && value >= 0) return Math.min(value, MAX_ITEMS);
  throw new AwsError("InvalidArgument", `Argument ${name} must be an integer between 0 and 2147483647`);
}

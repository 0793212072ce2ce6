import { findUpload } from "./multipart-operations.js";
import { checksumXml } from "./object-operations.js";
import type { ObjectStore } from "./object-store.js";
import { isoDate, type S3Request, type S3Response, xmlResponse } from "./request.js";

/** ListParts. */
export function listParts(store: ObjectStore, request: S3Request): S3Response {
  const bucket = store.bucket(request.bucket);
  const upload = findUpload(bucket, request);
  const after = Number(request.query.get("part-number-marker") ?? 0);
  const max = Math.min(Number(request.query.get("max-parts") ?? 1000), 1000);
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

/** ListMultipartUploads, in one page of at most 1,000. */
export function listMultipartUploads(store: ObjectStore, request: S3Request): S3Response {
  const bucket = store.bucket(request.bucket);
  const prefix = request.query.get("prefix") ?? "";
  const uploads = [...bucket.uploads.values()].filter((upload) => upload.key.startsWith(prefix));
  return xmlResponse("ListMultipartUploadsResult", [
    ["Bucket", bucket.name],
    ["Prefix", prefix],
    ["MaxUploads", 1000],
    ["IsTruncated", uploads.length > 1000],
    ...uploads.slice(0, 1000).map(
      (upload) =>
        [
          "Upload",
          [
            ["Key", upload.key],
            ["UploadId", upload.id],
            ["StorageClass", "STANDARD"],
            ["Initiated", isoDate(upload.initiated)],
          ],
        ] as const,
    ),
  ]);
}

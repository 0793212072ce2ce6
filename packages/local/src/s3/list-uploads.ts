import type { XmlElement } from "../wire/xml.js";
import type { StoredUpload } from "./bucket.js";
import { prefixesXml } from "./list-operations.js";
import { readCount, readListQuery, readMarker, takePage } from "./list-page.js";
import { compareKeys } from "./object.js";
import { checksumValueXml } from "./object-checksum.js";
import type { ObjectStore } from "./object-store.js";
import { isoDate, ownerXml, type S3Request, type S3Response, xmlResponse } from "./request.js";
import { findUpload } from "./uploads.js";

/** ListParts. */
export function listParts(store: ObjectStore, request: S3Request): S3Response {
  const bucket = store.bucket(request.bucket);
  const upload = findUpload(bucket, request);
  const after = readMarker(request.query.get("part-number-marker"));
  const max = readCount("max-parts", request.query.get("max-parts"));
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
    ["ChecksumAlgorithm", upload.checksumAlgorithm?.toUpperCase()],
    ["ChecksumType", upload.checksumType],
    ...page.map(
      (part): XmlElement => [
        "Part",
        [
          ["PartNumber", part.number],
          ["LastModified", isoDate(part.lastModified)],
          ["ETag", `"${part.etag}"`],
          ["Size", part.size],
          ...checksumValueXml(part.checksum),
        ],
      ],
    ),
    ["StorageClass", upload.headers["x-amz-storage-class"] ?? "STANDARD"],
  ]);
}

/** ListMultipartUploads: by key, those of one key by age. */
export function listMultipartUploads(store: ObjectStore, request: S3Request, account: string): S3Response {
  const bucket = store.bucket(request.bucket);
  const query = readListQuery(request.query, "max-uploads");
  const marker = request.query.get("key-marker") ?? "";
  const idMarker = request.query.get("upload-id-marker") ?? "";
  const sorted = [...bucket.uploads.values()].sort(
    (a, b) => compareKeys(a.key, b.key) || a.initiated - b.initiated || (a.id < b.id ? -1 : 1),
  );
  const page = takePage(sorted, ({ key }) => key, query, marker, startOf(sorted, marker, idMarker));
  const last = page.items.at(-1);
  return xmlResponse("ListMultipartUploadsResult", [
    ["Bucket", bucket.name],
    ["KeyMarker", query.show(marker)],
    ["UploadIdMarker", idMarker],
    ["NextKeyMarker", page.next === undefined ? undefined : query.show(page.next)],
    // A page that ends in a common prefix goes on behind all of its uploads.
    ["NextUploadIdMarker", last !== undefined && last.key === page.next ? last.id : undefined],
    ["Delimiter", query.delimiter === "" ? undefined : query.show(query.delimiter)],
    ["EncodingType", query.encoding],
    ["Prefix", query.show(query.prefix)],
    ["MaxUploads", query.max],
    ["IsTruncated", page.next !== undefined],
    ...page.items.map((upload): XmlElement => ["Upload", describeUpload(upload, query.show, account)]),
    ...prefixesXml(page.commonPrefixes, query),
  ]);
}

function describeUpload(upload: StoredUpload, show: (text: string) => string, account: string): XmlElement[] {
  const owner = ownerXml(account);
  return [
    ["Key", show(upload.key)],
    ["UploadId", upload.id],
    ["Initiator", owner[1]],
    owner,
    ["StorageClass", upload.headers["x-amz-storage-class"] ?? "STANDARD"],
    ["Initiated", isoDate(upload.initiated)],
    ["ChecksumAlgorithm", upload.checksumAlgorithm?.toUpperCase()],
    ["ChecksumType", upload.checksumType],
  ];
}

/** Where a page begins: after the key, or, when that is named too, after the upload of that key. */
function startOf(sorted: readonly StoredUpload[], key: string, id: string): number {
  if (key === "") return 0;
  const named = id !== "" ? sorted.findIndex((upload) => upload.key === key && upload.id === id) : -1;
  if (named >= 0) return named + 1;
  const next = sorted.findIndex((upload) => compareKeys(upload.key, key) > 0);
  return next < 0 ? sorted.length : next;
}

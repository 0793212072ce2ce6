import { AwsError } from "../errors.js";
import type { XmlElement } from "../wire/xml.js";
import { type ListQuery, readListQuery } from "./list-page.js";
import type { StoredObject } from "./object.js";
import type { ObjectStore } from "./object-store.js";
import { isoDate, ownerXml, type S3Request, type S3Response, xmlResponse } from "./request.js";

/** ListObjectsV2. */
export function listObjectsV2(store: ObjectStore, request: S3Request, owner: string): S3Response {
  const bucket = store.bucket(request.bucket);
  const query = readListQuery(request.query, "max-keys");
  const token = request.query.get("continuation-token");
  const startAfter = request.query.get("start-after");
  const page = bucket.list({ ...query, after: token ? readToken(token) : (startAfter ?? "") });
  const fetchOwner = request.query.get("fetch-owner") === "true";
  return xmlResponse("ListBucketResult", [
    ["Name", bucket.name],
    ["Prefix", query.show(query.prefix)],
    ["Delimiter", query.delimiter === "" ? undefined : query.show(query.delimiter)],
    ["MaxKeys", query.max],
    ["EncodingType", query.encoding],
    ["KeyCount", page.items.length + page.commonPrefixes.length],
    ["IsTruncated", page.next !== undefined],
    ["ContinuationToken", token],
    [
      "NextContinuationToken",
      page.next === undefined ? undefined : Buffer.from(page.next).toString("base64url"),
    ],
    ["StartAfter", startAfter === undefined ? undefined : query.show(startAfter)],
    ...page.items.map((object) => contents(object, query, fetchOwner ? owner : undefined)),
    ...prefixesXml(page.commonPrefixes, query),
  ]);
}

/** ListObjects, the first version; boto3's resources still call it. */
export function listObjects(store: ObjectStore, request: S3Request, owner: string): S3Response {
  const bucket = store.bucket(request.bucket);
  const query = readListQuery(request.query, "max-keys");
  const marker = request.query.get("marker") ?? "";
  const page = bucket.list({ ...query, after: marker });
  return xmlResponse("ListBucketResult", [
    ["Name", bucket.name],
    ["Prefix", query.show(query.prefix)],
    ["Marker", query.show(marker)],
    ["Delimiter", query.delimiter === "" ? undefined : query.show(query.delimiter)],
    ["MaxKeys", query.max],
    ["EncodingType", query.encoding],
    ["IsTruncated", page.next !== undefined],
    ["NextMarker", page.next === undefined || query.delimiter === "" ? undefined : query.show(page.next)],
    ...page.items.map((object) => contents(object, query, owner)),
    ...prefixesXml(page.commonPrefixes, query),
  ]);
}

/** ListObjectVersions: without versioning each object is its own version `null`. */
export function listObjectVersions(store: ObjectStore, request: S3Request, owner: string): S3Response {
  const bucket = store.bucket(request.bucket);
  const query = readListQuery(request.query, "max-keys");
  const marker = request.query.get("key-marker") ?? "";
  if (marker === "" && request.query.get("version-id-marker")) {
    throw new AwsError("InvalidArgument", "A version-id marker cannot be specified without a key marker.");
  }
  const page = bucket.list({ ...query, after: marker });
  return xmlResponse("ListVersionsResult", [
    ["Name", bucket.name],
    ["Prefix", query.show(query.prefix)],
    ["KeyMarker", query.show(marker)],
    ["VersionIdMarker", request.query.get("version-id-marker") ?? ""],
    ["NextKeyMarker", page.next === undefined ? undefined : query.show(page.next)],
    ["NextVersionIdMarker", page.next === undefined ? undefined : "null"],
    ["Delimiter", query.delimiter === "" ? undefined : query.show(query.delimiter)],
    ["MaxKeys", query.max],
    ["EncodingType", query.encoding],
    ["IsTruncated", page.next !== undefined],
    ...page.items.map((object): XmlElement => {
      const [key, ...members] = describe(object, query, owner);
      return ["Version", [key!, ["VersionId", "null"], ["IsLatest", true], ...members]];
    }),
    ...prefixesXml(page.commonPrefixes, query),
  ]);
}

function readToken(token: string): string {
  const text = Buffer.from(token, "base64url").toString("utf8");
  if (text !== "" && Buffer.from(text).toString("base64url") === token) return text;
  throw new AwsError("InvalidArgument", "The continuation token provided is incorrect");
}

function contents(object: StoredObject, query: ListQuery, owner: string | undefined): XmlElement {
  return ["Contents", describe(object, query, owner)];
}

/** What a listing says of an object, its key first. */
function describe(object: StoredObject, query: ListQuery, owner: string | undefined): XmlElement[] {
  return [
    ["Key", query.show(object.key)],
    ["LastModified", isoDate(object.lastModified)],
    ["ETag", `"${object.etag}"`],
    ["ChecksumAlgorithm", object.checksum?.algorithm.toUpperCase()],
    ["ChecksumType", object.checksum?.type],
    ["Size", object.size],
    ...(owner === undefined ? [] : [ownerXml(owner)]),
    ["StorageClass", object.headers["x-amz-storage-class"] ?? "STANDARD"],
  ];
}

/** Common prefixes as every listing shows them. */
export function prefixesXml(commonPrefixes: readonly string[], query: Pick<ListQuery, "show">): XmlElement[] {
  return commonPrefixes.map((prefix) => ["CommonPrefixes", [["Prefix", query.show(prefix)]]]);
}

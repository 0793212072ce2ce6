import { AwsError } from "../errors.js";
import { encodeStrict } from "../wire/percent-encoding.js";
import type { XmlElement } from "../wire/xml.js";
import type { Bucket } from "./bucket.js";
import type { StoredObject } from "./object.js";
import type { ObjectStore } from "./object-store.js";
import { isoDate, type S3Request, type S3Response, xmlResponse } from "./request.js";

/** Most keys of one page, as S3 has it. */
const MAX_KEYS = 1000;

/** What the three listings read from a query. */
interface ListQuery {
  readonly prefix: string;
  readonly delimiter: string;
  readonly max: number;
  /** Encodes a key or prefix as `encoding-type` asks. */
  readonly show: (text: string) => string;
  readonly encoding: string | undefined;
}

function readListQuery(request: S3Request): ListQuery {
  const { query } = request;
  const max = Number(query.get("max-keys") || MAX_KEYS);
  if (!Number.isInteger(max) || max < 0) {
    throw new AwsError("InvalidArgument", "Argument max-keys must be an integer between 0 and 2147483647");
  }
  const encoding = query.get("encoding-type");
  if (encoding !== undefined && encoding !== "url") {
    throw new AwsError("InvalidArgument", "Invalid Encoding Method specified in Request");
  }
  const show = (text: string) => (encoding === undefined ? text : encodeKey(text));
  const delimiter = query.get("delimiter") ?? "";
  return { prefix: query.get("prefix") ?? "", delimiter, max: Math.min(max, MAX_KEYS), show, encoding };
}

/** A key as `encoding-type=url` shows it: S3 leaves the slash as it is. */
export function encodeKey(key: string): string {
  return encodeStrict(key).replaceAll("%2F", "/");
}

/** ListObjectsV2. */
export function listObjectsV2(store: ObjectStore, request: S3Request, owner: string): S3Response {
  const bucket = store.bucket(request.bucket);
  const query = readListQuery(request);
  const token = request.query.get("continuation-token");
  const startAfter = request.query.get("start-after");
  const page = listPage(bucket, query, token === undefined ? (startAfter ?? "") : readToken(token));
  const fetchOwner = request.query.get("fetch-owner") === "true";
  return xmlResponse("ListBucketResult", [
    ["Name", bucket.name],
    ["Prefix", query.show(query.prefix)],
    ["Delimiter", query.delimiter === "" ? undefined : query.show(query.delimiter)],
    ["MaxKeys", query.max],
    ["EncodingType", query.encoding],
    ["KeyCount", page.objects.length + page.commonPrefixes.length],
    ["IsTruncated", page.next !== undefined],
    ["ContinuationToken", token],
    [
      "NextContinuationToken",
      page.next === undefined ? undefined : Buffer.from(page.next).toString("base64url"),
    ],
    ["StartAfter", startAfter === undefined ? undefined : query.show(startAfter)],
    ...page.objects.map((object) => contents(object, query, fetchOwner ? owner : undefined)),
    ...prefixes(page.commonPrefixes, query),
  ]);
}

/** ListObjects, the first version; boto3's resources still call it. */
export function listObjects(store: ObjectStore, request: S3Request, owner: string): S3Response {
  const bucket = store.bucket(request.bucket);
  const query = readListQuery(request);
  const marker = request.query.get("marker") ?? "";
  const page = listPage(bucket, query, marker);
  return xmlResponse("ListBucketResult", [
    ["Name", bucket.name],
    ["Prefix", query.show(query.prefix)],
    ["Marker", query.show(marker)],
    ["Delimiter", query.delimiter === "" ? undefined : query.show(query.delimiter)],
    ["MaxKeys", query.max],
    ["EncodingType", query.encoding],
    ["IsTruncated", page.next !== undefined],
    ["NextMarker", page.next === undefined || query.delimiter === "" ? undefined : query.show(page.next)],
    ...page.objects.map((object) => contents(object, query, owner)),
    ...prefixes(page.commonPrefixes, query),
  ]);
}

/** ListObjectVersions: without versioning each object is its own version `null`. */
export function listObjectVersions(store: ObjectStore, request: S3Request, owner: string): S3Response {
  const bucket = store.bucket(request.bucket);
  const query = readListQuery(request);
  const marker = request.query.get("key-marker") ?? "";
  const page = listPage(bucket, query, marker);
  return xmlResponse("ListVersionsResult", [
    ["Name", bucket.name],
    ["Prefix", query.show(query.prefix)],
    ["KeyMarker", query.show(marker)],
    ["VersionIdMarker", ""],
    ["NextKeyMarker", page.next === undefined ? undefined : query.show(page.next)],
    ["NextVersionIdMarker", page.next === undefined ? undefined : "null"],
    ["Delimiter", query.delimiter === "" ? undefined : query.show(query.delimiter)],
    ["MaxKeys", query.max],
    ["EncodingType", query.encoding],
    ["IsTruncated", page.next !== undefined],
    ...page.objects.map((object): XmlElement => {
      const [, members] = contents(object, query, owner);
      return ["Version", [["VersionId", "null"], ["IsLatest", true], ...(members as readonly XmlElement[])]];
    }),
    ...prefixes(page.commonPrefixes, query),
  ]);
}

function listPage(bucket: Bucket, query: ListQuery, after: string) {
  if (query.max === 0) return { objects: [], commonPrefixes: [], next: undefined };
  return bucket.list({ prefix: query.prefix, delimiter: query.delimiter, after, max: query.max });
}

function readToken(token: string): string {
  const text = Buffer.from(token, "base64url").toString("utf8");
  if (text !== "" && Buffer.from(text).toString("base64url") === token) return text;
  throw new AwsError("InvalidArgument", "The continuation token provided is incorrect");
}

function contents(object: StoredObject, query: ListQuery, owner: string | undefined): XmlElement {
  return [
    "Contents",
    [
      ["Key", query.show(object.key)],
      ["LastModified", isoDate(object.lastModified)],
      ["ETag", `"${object.etag}"`],
      ["ChecksumAlgorithm", object.checksum?.algorithm.toUpperCase()],
      ["ChecksumType", object.checksum?.type],
      ["Size", object.size],
      [
        "Owner",
        owner === undefined
          ? undefined
          : [
              ["ID", owner],
              ["DisplayName", "sightline"],
            ],
      ],
      ["StorageClass", object.headers["x-amz-storage-class"] ?? "STANDARD"],
    ],
  ];
}

function prefixes(commonPrefixes: readonly string[], query: ListQuery): XmlElement[] {
  return commonPrefixes.map((prefix) => ["CommonPrefixes", [["Prefix", query.show(prefix)]]]);
}

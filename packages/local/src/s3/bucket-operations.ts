import { AwsError } from "../errors.js";
import { childText, type XmlElement } from "../wire/xml.js";
import { readCount } from "./list-page.js";
import { checkVersion, removeChecked } from "./object-operations.js";
import type { ObjectStore } from "./object-store.js";
import { isoDate, ownerXml, type S3Request, type S3Response, xmlResponse } from "./request.js";
import { readXmlBody } from "./xml-body.js";

/** Most keys of one DeleteObjects, as S3 has it. */
const MAX_DELETE_KEYS = 1000;
/** Most buckets of one page, as S3 has it. */
const MAX_BUCKETS = 10_000;

/** ListBuckets. */
export function listBuckets(store: ObjectStore, request: S3Request, owner: string): S3Response {
  const prefix = request.query.get("prefix") ?? "";
  const after = request.query.get("continuation-token") ?? "";
  const max = readCount("max-buckets", request.query.get("max-buckets"), MAX_BUCKETS);
  const later = [...store.buckets.values()]
    .filter((bucket) => bucket.name.startsWith(prefix) && bucket.name > after)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = later.slice(0, max);
  return xmlResponse("ListAllMyBucketsResult", [
    ownerXml(owner),
    [
      "Buckets",
      page.map(
        (bucket): XmlElement => [
          "Bucket",
          [
            ["Name", bucket.name],
            ["CreationDate", isoDate(bucket.created)],
            ["BucketRegion", bucket.region],
          ],
        ],
      ),
    ],
    ["ContinuationToken", later.length > page.length ? page.at(-1)?.name : undefined],
  ]);
}

/** CreateBucket. */
export async function createBucket(
  store: ObjectStore,
  request: S3Request,
  region: string,
): Promise<S3Response> {
  const name = request.bucket;
  checkBucketName(name);
  let location = region;
  if (Number(request.headers["content-length"] ?? 0) > 0) {
    location = childText(await readXmlBody(request), "LocationConstraint") || region;
  }
  if (store.buckets.has(name)) {
    // us-east-1 alone answers 200 for a bucket that is already the caller's.
    if (region === "us-east-1") return { headers: { location: `/${name}` } };
    throw new AwsError(
      "BucketAlreadyOwnedByYou",
      "Your previous request to create the named bucket succeeded and you already own it.",
      409,
      { members: { BucketName: name } },
    );
  }
  store.createBucket(name, location);
  return { headers: { location: `/${name}` } };
}

/** HeadBucket. */
export function headBucket(store: ObjectStore, request: S3Request): S3Response {
  const bucket = store.bucket(request.bucket);
  return { headers: { "x-amz-bucket-region": bucket.region, "content-type": "application/xml" } };
}

/** GetBucketLocation: us-east-1 is shown as nothing. */
export function getBucketLocation(store: ObjectStore, request: S3Request): S3Response {
  const { region } = store.bucket(request.bucket);
  return xmlResponse("LocationConstraint", region === "us-east-1" ? "" : region);
}

/** DeleteObjects. */
export async function deleteObjects(store: ObjectStore, request: S3Request): Promise<S3Response> {
  const bucket = store.bucket(request.bucket);
  const document = await readXmlBody(request);
  const quiet = childText(document, "Quiet") === "true";
  const wanted = document.children.filter((child) => child.name === "Object");
  if (wanted.length === 0 || wanted.length > MAX_DELETE_KEYS) {
    throw new AwsError("MalformedXML", `DeleteObjects takes 1 to ${MAX_DELETE_KEYS} objects.`);
  }
  const results: XmlElement[] = [];
  for (const node of wanted) {
    const key = childText(node, "Key") ?? "";
    const version = childText(node, "VersionId") || undefined;
    try {
      if (version !== undefined) checkVersion(version);
      removeChecked(store, bucket, key, {
        etag: childText(node, "ETag"),
        others: ["LastModifiedTime", "Size"].filter((name) => childText(node, name) !== undefined),
      });
      if (!quiet) results.push(["Deleted", [["Key", key]]]);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      results.push([
        "Error",
        [
          ["Key", key],
          ["VersionId", version],
          ["Code", error.code],
          ["Message", error.message],
        ],
      ]);
    }
  }
  return xmlResponse("DeleteResult", results);
}

/** Naming rules of general purpose buckets. */
export function checkBucketName(name: string): void {
  const valid =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !/\.\.|\.-|-\./.test(name) &&
    !/^\d{1,3}(\.\d{1,3}){3}$/.test(name) &&
    !/^(xn--|sthree-|amzn-s3-demo-)/.test(name) &&
    !/(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name);
  if (valid) return;
  throw new AwsError("InvalidBucketName", "The specified bucket is not valid.", 400, {
    members: { BucketName: name },
  });
}

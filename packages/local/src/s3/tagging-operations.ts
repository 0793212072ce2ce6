import { AwsError } from "../errors.js";
import { childText } from "../wire/xml.js";
import type { StoredObject } from "./object.js";
import { findObject } from "./object-operations.js";
import type { ObjectStore } from "./object-store.js";
import { readXmlBody, type S3Request, type S3Response, xmlResponse } from "./request.js";

/** GetObjectTagging. */
export function getObjectTagging(store: ObjectStore, request: S3Request): S3Response {
  const object = findObject(store.bucket(request.bucket), request.key);
  const tags = Object.entries(object.tags ?? {});
  return xmlResponse("Tagging", [
    [
      "TagSet",
      tags.map(
        ([key, value]) =>
          [
            "Tag",
            [
              ["Key", key],
              ["Value", value],
            ],
          ] as const,
      ),
    ],
  ]);
}

/** PutObjectTagging. */
export async function putObjectTagging(store: ObjectStore, request: S3Request): Promise<S3Response> {
  const document = await readXmlBody(request);
  const set = document.children.find((child) => child.name === "TagSet")?.children ?? [];
  const tags = Object.fromEntries(
    set.map((tag) => [childText(tag, "Key") ?? "", childText(tag, "Value") ?? ""]),
  );
  if (Object.keys(tags).length > 10)
    throw new AwsError("BadRequest", "Object tags cannot be greater than 10");
  replaceTags(store, request, tags);
  return { status: 200 };
}

/** DeleteObjectTagging. */
export function deleteObjectTagging(store: ObjectStore, request: S3Request): S3Response {
  replaceTags(store, request, {});
  return { status: 204 };
}

function replaceTags(store: ObjectStore, request: S3Request, tags: Record<string, string>): void {
  const bucket = store.bucket(request.bucket);
  const object: StoredObject = findObject(bucket, request.key);
  bucket.put({ ...object, tags });
}

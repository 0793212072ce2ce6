import type { XmlElement } from "../wire/xml.js";
import { findObject } from "./object-operations.js";
import type { ObjectStore } from "./object-store.js";
import { type Tags, tagsOfXml } from "./object-tags.js";
import { type S3Request, type S3Response, xmlResponse } from "./request.js";
import { readXmlBody } from "./xml-body.js";

/** GetObjectTagging. */
export function getObjectTagging(store: ObjectStore, request: S3Request): S3Response {
  const object = findObject(store.bucket(request.bucket), request.key);
  const tags = Object.entries(object.tags ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return xmlResponse("Tagging", [
    [
      "TagSet",
      tags.map(
        ([key, value]): XmlElement => [
          "Tag",
          [
            ["Key", key],
            ["Value", value],
          ],
        ],
      ),
    ],
  ]);
}

/** PutObjectTagging. */
export async function putObjectTagging(store: ObjectStore, request: S3Request): Promise<S3Response> {
  replaceTags(store, request, tagsOfXml(await readXmlBody(request)));
  return { status: 200 };
}

/** DeleteObjectTagging. */
export function deleteObjectTagging(store: ObjectStore, request: S3Request): S3Response {
  replaceTags(store, request, {});
  return { status: 204 };
}

function replaceTags(store: ObjectStore, request: S3Request, tags: Tags): void {
  const bucket = store.bucket(request.bucket);
  bucket.put({ ...findObject(bucket, request.key), tags });
}

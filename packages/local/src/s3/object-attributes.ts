import { AwsError } from "../errors.js";
import type { XmlElement } from "../wire/xml.js";
import { readCount, readMarker } from "./list-page.js";
import type { StoredObject } from "./object.js";
import { checksumValueXml, checksumXml } from "./object-checksum.js";
import { findObject } from "./object-operations.js";
import type { ObjectStore } from "./object-store.js";
import { type S3Request, type S3Response, xmlResponse } from "./request.js";

const ATTRIBUTES = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];

/** GetObjectAttributes. */
export function getObjectAttributes(store: ObjectStore, request: S3Request): S3Response {
  const object = findObject(store.bucket(request.bucket), request.key, request.query.get("versionId"));
  const wanted = (request.headers["x-amz-object-attributes"] ?? "").split(",").map((name) => name.trim());
  if (!wanted.every((name) => ATTRIBUTES.includes(name))) {
    throw new AwsError("InvalidArgument", "Invalid attribute name specified.", 400, {
      members: { ArgumentName: "x-amz-object-attributes", ArgumentValue: wanted.join(",") },
    });
  }
  const members: Readonly<Record<string, XmlElement[] | string | number | undefined>> = {
    ETag: object.etag,
    Checksum: object.checksum && checksumXml(object.checksum),
    ObjectParts: objectParts(object, request),
    StorageClass: object.headers["x-amz-storage-class"] ?? "STANDARD",
    ObjectSize: object.size,
  };
  const response = xmlResponse(
    "GetObjectAttributesResponse",
    ATTRIBUTES.filter((name) => wanted.includes(name)).map((name): XmlElement => [name, members[name]]),
  );
  const modified = { "last-modified": new Date(object.lastModified).toUTCString() };
  return { ...response, headers: { ...response.headers, ...modified } };
}

/** The parts of an object that was uploaded in parts, with their checksums where all have one. */
function objectParts(object: StoredObject, { headers }: S3Request): XmlElement[] | undefined {
  const { partSizes, partChecksums, checksum } = object;
  if (partSizes === undefined) return undefined;
  const max = readCount("x-amz-max-parts", headers["x-amz-max-parts"]);
  const after = readMarker(headers["x-amz-part-number-marker"]);
  const last = Math.min(partSizes.length, after + max);
  const parts = partSizes.slice(after, last).map((size, index): XmlElement => {
    const number = after + index + 1;
    const value = partChecksums?.[number - 1];
    const sum = checksum === undefined || value === undefined ? [] : checksumValueXml({ ...checksum, value });
    return ["Part", [["PartNumber", number], ["Size", size], ...sum]];
  });
  return [
    ["PartsCount", partSizes.length],
    ["PartNumberMarker", after],
    ["NextPartNumberMarker", last],
    ["MaxParts", max],
    ["IsTruncated", last < partSizes.length],
    ...parts,
  ];
}

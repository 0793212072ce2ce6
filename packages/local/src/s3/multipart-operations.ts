import { createHash, randomBytes } from "node:crypto";
import { AwsError } from "../errors.js";
import { parseAlgorithm, startChecksum } from "../wire/checksum.js";
import { childText } from "../wire/xml.js";
import type { Bucket, StoredPart, StoredUpload } from "./bucket.js";
import { parseRange } from "./byte-range.js";
import { checkCopyConditions } from "./conditions.js";
import type { StoredChecksum, StoredObject } from "./object.js";
import { checksumHeaders, describeObject, parseCopySource } from "./object-headers.js";
import {
  checkKey,
  checksumXml,
  commitChecked,
  computeChecksum,
  findObject,
  receiveSegment,
} from "./object-operations.js";
import type { ObjectStore } from "./object-store.js";
import { isoDate, readXmlBody, type S3Request, type S3Response, xmlResponse } from "./request.js";

/** Part numbers run from 1 to this. */
const MAX_PARTS = 10_000;
/** Every part but the last has at least this many bytes. */
const MIN_PART_BYTES = 5 << 20;

/** CreateMultipartUpload. */
export function createMultipartUpload(store: ObjectStore, request: S3Request): S3Response {
  const bucket = store.bucket(request.bucket);
  checkKey(request.key);
  const checksumAlgorithm = parseAlgorithm(request.headers["x-amz-checksum-algorithm"]);
  const wantedType = request.headers["x-amz-checksum-type"];
  const checksumType =
    wantedType === "FULL_OBJECT" || checksumAlgorithm === "crc64nvme" ? "FULL_OBJECT" : "COMPOSITE";
  const upload: StoredUpload = {
    id: randomBytes(32).toString("base64url"),
    key: request.key,
    initiated: Date.now(),
    ...describeObject(request),
    ...(checksumAlgorithm === undefined ? {} : { checksumAlgorithm, checksumType }),
  };
  bucket.putUpload(upload);
  const response = xmlResponse("InitiateMultipartUploadResult", [
    ["Bucket", bucket.name],
    ["Key", request.key],
    ["UploadId", upload.id],
  ]);
  if (checksumAlgorithm === undefined) return response;
  return {
    ...response,
    headers: {
      ...response.headers,
      "x-amz-checksum-algorithm": checksumAlgorithm.toUpperCase(),
      "x-amz-checksum-type": checksumType,
    },
  };
}

/** UploadPart. */
export async function uploadPart(store: ObjectStore, request: S3Request): Promise<S3Response> {
  const { bucket, upload, number } = partTarget(store, request);
  const { segment, received } = await receiveSegment(store, request, upload.checksumAlgorithm);
  const part: StoredPart = {
    number,
    size: received.size,
    etag: received.md5.toString("hex"),
    lastModified: Date.now(),
    segments: [segment],
    ...(received.checksum === undefined ? {} : { checksum: received.checksum }),
  };
  addPart(store, bucket, upload.id, part);
  const { "x-amz-checksum-type": _type, ...checksum } = checksumHeaders(part.checksum);
  return { headers: { etag: `"${part.etag}"`, ...checksum } };
}

/** UploadPartCopy. */
export async function uploadPartCopy(store: ObjectStore, request: S3Request): Promise<S3Response> {
  const { bucket, upload, number } = partTarget(store, request);
  const { bucket: sourceBucket, key } = parseCopySource(request.headers["x-amz-copy-source"]!);
  const source = findObject(store.bucket(sourceBucket), key);
  checkCopyConditions(request.headers, source);
  const wanted = request.headers["x-amz-copy-source-range"];
  const range = parseRange(wanted, source.size);
  if (wanted !== undefined && range === undefined) {
    throw new AwsError(
      "InvalidArgument",
      "The x-amz-copy-source-range value must be of the form bytes=first-last",
    );
  }
  const { start, end } = range ?? { start: 0, end: source.size };
  const { id, file } = await store.segments.create();
  const md5 = createHash("md5");
  const sum = upload.checksumAlgorithm === undefined ? undefined : startChecksum(upload.checksumAlgorithm);
  try {
    for await (const piece of store.segments.read(source.segments, start, end)) {
      md5.update(piece);
      sum?.update(piece);
      await file.writeFile(piece);
    }
    await file.close();
  } catch (error) {
    await file.close();
    store.segments.remove([{ id, size: 0 }]);
    throw error;
  }
  const part: StoredPart = {
    number,
    size: end - start,
    etag: md5.digest("hex"),
    lastModified: Date.now(),
    segments: [{ id, size: end - start }],
    ...(sum === undefined
      ? {}
      : {
          checksum: {
            algorithm: upload.checksumAlgorithm!,
            value: sum.digest().toString("base64"),
            type: "FULL_OBJECT" as const,
          },
        }),
  };
  addPart(store, bucket, upload.id, part);
  return xmlResponse("CopyPartResult", [
    ["LastModified", isoDate(part.lastModified)],
    ["ETag", `"${part.etag}"`],
    ...checksumXml(part.checksum).slice(0, 1),
  ]);
}

/** CompleteMultipartUpload: the parts become the object at once, without copying them. */
export async function completeMultipartUpload(store: ObjectStore, request: S3Request): Promise<S3Response> {
  const bucket = store.bucket(request.bucket);
  const upload = findUpload(bucket, request);
  const document = await readXmlBody(request);
  const named = document.children.filter((child) => child.name === "Part");
  if (named.length === 0) {
    throw new AwsError("MalformedXML", "You must specify at least one part");
  }
  let previous = 0;
  const parts = named.map((node) => {
    const number = Number(childText(node, "PartNumber"));
    const part = bucket.parts(upload.id).get(number);
    const etag = childText(node, "ETag")?.replaceAll('"', "").trim();
    if (part === undefined || (etag !== undefined && etag !== part.etag)) {
      throw invalidPart(upload, number);
    }
    if (number <= previous) {
      throw new AwsError(
        "InvalidPartOrder",
        "The list of parts was not in ascending order. Parts must be ordered by part number.",
      );
    }
    previous = number;
    const given = part.checksum && childText(node, `Checksum${part.checksum.algorithm.toUpperCase()}`);
    if (given !== undefined && given !== part.checksum!.value) {
      throw new AwsError("InvalidPart", `The checksum of part ${number} does not match.`);
    }
    return part;
  });
  const small = parts.slice(0, -1).find((part) => part.size < MIN_PART_BYTES);
  if (small !== undefined) {
    throw new AwsError(
      "EntityTooSmall",
      "Your proposed upload is smaller than the minimum allowed size",
      400,
      {
        members: { ProposedSize: small.size, MinSizeAllowed: MIN_PART_BYTES, PartNumber: small.number },
      },
    );
  }
  const object = await joinParts(store, upload, parts);
  checkFinalChecksum(request, object.checksum);
  // Another client may have aborted or completed the upload meanwhile, or sent a part anew.
  findUpload(bucket, request);
  const replaced = parts.find((part) => bucket.parts(upload.id).get(part.number) !== part);
  if (replaced !== undefined) throw invalidPart(upload, replaced.number);
  const used = new Set(parts.map((part) => part.number));
  const unused = [...bucket.parts(upload.id).values()].filter((part) => !used.has(part.number));
  commitChecked(store, bucket, object, request, "ObjectCreated:CompleteMultipartUpload");
  bucket.deleteUpload(upload.id);
  store.segments.remove(unused.flatMap((part) => part.segments));
  return xmlResponse("CompleteMultipartUploadResult", [
    ["Location", `/${bucket.name}/${upload.key}`],
    ["Bucket", bucket.name],
    ["Key", upload.key],
    ["ETag", `"${object.etag}"`],
    ...checksumXml(object.checksum),
  ]);
}

async function joinParts(
  store: ObjectStore,
  upload: StoredUpload,
  parts: readonly StoredPart[],
): Promise<StoredObject> {
  const md5 = createHash("md5");
  for (const part of parts) md5.update(Buffer.from(part.etag, "hex"));
  const segments = parts.flatMap((part) => part.segments);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  let checksum: StoredChecksum | undefined;
  if (upload.checksumAlgorithm !== undefined) {
    checksum =
      upload.checksumType === "FULL_OBJECT"
        ? await computeChecksum(store, segments, size, upload.checksumAlgorithm)
        : compositeChecksum(upload.checksumAlgorithm, parts);
  }
  return {
    key: upload.key,
    size,
    etag: `${md5.digest("hex")}-${parts.length}`,
    lastModified: Date.now(),
    headers: upload.headers,
    metadata: upload.metadata,
    segments,
    partSizes: parts.map((part) => part.size),
    ...(upload.tags === undefined ? {} : { tags: upload.tags }),
    ...(checksum === undefined ? {} : { checksum }),
  };
}

/** The checksum of the parts' checksums, as S3 defines it for multipart uploads. */
function compositeChecksum(
  algorithm: StoredChecksum["algorithm"],
  parts: readonly StoredPart[],
): StoredChecksum {
  const sum = startChecksum(algorithm);
  for (const part of parts) sum.update(Buffer.from(part.checksum!.value, "base64"));
  return { algorithm, value: `${sum.digest().toString("base64")}-${parts.length}`, type: "COMPOSITE" };
}

function checkFinalChecksum(request: S3Request, checksum: StoredChecksum | undefined): void {
  if (checksum === undefined) return;
  const given = request.headers[`x-amz-checksum-${checksum.algorithm}`];
  const bare = checksum.value.replace(/-\d+$/, "");
  if (given === undefined || given.replace(/-\d+$/, "") === bare) return;
  throw new AwsError(
    "BadDigest",
    `The ${checksum.algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
  );
}

/** AbortMultipartUpload. */
export function abortMultipartUpload(store: ObjectStore, request: S3Request): S3Response {
  const bucket = store.bucket(request.bucket);
  const upload = findUpload(bucket, request);
  const parts = [...bucket.parts(upload.id).values()];
  bucket.deleteUpload(upload.id);
  store.segments.remove(parts.flatMap((part) => part.segments));
  return { status: 204 };
}

function partTarget(store: ObjectStore, request: S3Request) {
  const bucket = store.bucket(request.bucket);
  const upload = findUpload(bucket, request);
  const number = Number(request.query.get("partNumber"));
  if (!Number.isInteger(number) || number < 1 || number > MAX_PARTS) {
    throw new AwsError(
      "InvalidArgument",
      `Part number must be an integer between 1 and ${MAX_PARTS}, inclusive`,
    );
  }
  return { bucket, upload, number };
}

/** The upload may have gained parts, or gone, also with its bucket, while this part was coming in. */
function addPart(store: ObjectStore, bucket: Bucket, uploadId: string, part: StoredPart): void {
  if (store.buckets.get(bucket.name) !== bucket || !bucket.uploads.has(uploadId)) {
    store.segments.remove(part.segments);
    throw noSuchUpload(uploadId);
  }
  const former = bucket.parts(uploadId).get(part.number);
  bucket.putPart(uploadId, part);
  if (former !== undefined) store.segments.remove(former.segments);
}

/** @throws AwsError NoSuchUpload */
export function findUpload(bucket: Bucket, request: S3Request): StoredUpload {
  const id = request.query.get("uploadId") ?? "";
  const upload = bucket.uploads.get(id);
  if (upload === undefined || upload.key !== request.key) throw noSuchUpload(id);
  return upload;
}

function invalidPart(upload: StoredUpload, number: number): AwsError {
  return new AwsError(
    "InvalidPart",
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    400,
    { members: { UploadId: upload.id, PartNumber: number } },
  );
}

function noSuchUpload(id: string): AwsError {
  return new AwsError(
    "NoSuchUpload",
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    404,
    { members: { UploadId: id } },
  );
}

import { AwsError } from "../errors.js";
import { Digests } from "../wire/checksum.js";
import type { Bucket, StoredPart, StoredUpload } from "./bucket.js";
import { type ByteRange, invalidRange, parseRange } from "./byte-range.js";
import { checkCopyConditions } from "./conditions.js";
import { encryptionHeaders } from "./encryption-headers.js";
import { checksumHeader, checksumValueXml, fullChecksum } from "./object-checksum.js";
import { parseCopySource } from "./object-headers.js";
import { findObject } from "./object-operations.js";
import type { ObjectStore } from "./object-store.js";
import { receiveBody } from "./receive-body.js";
import { isoDate, type S3Request, type S3Response, xmlResponse } from "./request.js";
import { findUpload, noSuchUpload } from "./uploads.js";

/** Part numbers run from 1 to this. */
const MAX_PARTS = 10_000;

/** UploadPart. */
export async function uploadPart(store: ObjectStore, request: S3Request): Promise<S3Response> {
  const { bucket, upload, number } = partTarget(store, request);
  const { segment, etag, checksum } = await receiveBody(store, request, upload.checksumAlgorithm);
  const part: StoredPart = {
    number,
    size: segment.size,
    etag,
    lastModified: Date.now(),
    segments: [segment],
    ...(checksum === undefined ? {} : { checksum }),
  };
  addPart(store, bucket, upload.id, part);
  const headers = { etag: `"${etag}"`, ...checksumHeader(checksum), ...encryptionHeaders(upload.headers) };
  return { headers };
}

/** UploadPartCopy. */
export async function uploadPartCopy(store: ObjectStore, request: S3Request): Promise<S3Response> {
  const { bucket, upload, number } = partTarget(store, request);
  const { bucket: sourceBucket, key } = parseCopySource(request.headers["x-amz-copy-source"]!);
  const source = findObject(store.bucket(sourceBucket), key);
  checkCopyConditions(request.headers, source);
  const { start, end } = copiedRange(request.headers["x-amz-copy-source-range"], source.size);
  const digests = new Digests(["md5", upload.checksumAlgorithm]);
  const segment = await store.segments.write(async (writer) => {
    for await (const piece of store.segments.read(source.segments, start, end)) {
      digests.update(piece);
      writer.add(piece);
      await writer.drain();
    }
  });
  const checksum = fullChecksum(digests, upload.checksumAlgorithm);
  const part: StoredPart = {
    number,
    size: segment.size,
    etag: digests.of("md5").toString("hex"),
    lastModified: Date.now(),
    segments: [segment],
    ...(checksum === undefined ? {} : { checksum }),
  };
  addPart(store, bucket, upload.id, part);
  const response = xmlResponse("CopyPartResult", [
    ["LastModified", isoDate(part.lastModified)],
    ["ETag", `"${part.etag}"`],
    ...checksumValueXml(checksum),
  ]);
  return { ...response, headers: { ...response.headers, ...encryptionHeaders(upload.headers) } };
}

/** A copied range lies within its source: S3 shortens none, and knows neither suffixes nor open ends. */
function copiedRange(wanted: string | undefined, size: number): ByteRange {
  if (wanted === undefined) return { start: 0, end: size };
  const last = /^bytes=\d+-(\d+)$/.exec(wanted)?.[1];
  const range = last === undefined ? undefined : parseRange(wanted, size);
  if (range === undefined) {
    throw new AwsError(
      "InvalidArgument",
      "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
    );
  }
  if (Number(last) >= size) throw invalidRange(wanted, size);
  return range;
}

function partTarget(store: ObjectStore, request: S3Request) {
  const bucket = store.bucket(request.bucket);
  const upload: StoredUpload = findUpload(bucket, request);
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

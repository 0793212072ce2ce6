import { randomBytes } from "node:crypto";
import { AwsError } from "../errors.js";
import type { ChecksumAlgorithm } from "../wire/checksum.js";
import type { Bucket, StoredUpload } from "./bucket.js";
import { wantedAlgorithm } from "./declared-checksum.js";
import { encryptionHeaders } from "./encryption-headers.js";
import type { StoredChecksum } from "./object.js";
import { describeObject } from "./object-headers.js";
import { checkKey } from "./object-operations.js";
import type { ObjectStore } from "./object-store.js";
import { type S3Request, type S3Response, xmlResponse } from "./request.js";

/** Algorithms whose checksum of an object can be had from all its bytes alone, and those that only combine. */
const ONLY_FULL: readonly ChecksumAlgorithm[] = ["crc64nvme"];
const ONLY_COMPOSITE: readonly ChecksumAlgorithm[] = ["md5", "sha1", "sha256", "sha512"];

/** CreateMultipartUpload. */
export function createMultipartUpload(store: ObjectStore, request: S3Request): S3Response {
  const bucket = store.bucket(request.bucket);
  checkKey(request.key);
  const checksumAlgorithm = wantedAlgorithm(request.headers["x-amz-checksum-algorithm"]);
  const checksumType = uploadChecksumType(checksumAlgorithm, request.headers["x-amz-checksum-type"]);
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
  return {
    ...response,
    headers: {
      ...response.headers,
      ...encryptionHeaders(upload.headers),
      "x-amz-checksum-algorithm": checksumAlgorithm?.toUpperCase(),
      "x-amz-checksum-type": checksumAlgorithm && checksumType,
    },
  };
}

/** @throws AwsError InvalidRequest: not every algorithm has both types */
function uploadChecksumType(
  algorithm: ChecksumAlgorithm | undefined,
  wanted: string | undefined,
): StoredChecksum["type"] {
  const refuse = (reason: string) => new AwsError("InvalidRequest", reason);
  if (wanted !== undefined && wanted !== "FULL_OBJECT" && wanted !== "COMPOSITE") {
    throw refuse("Value for x-amz-checksum-type header is invalid.");
  }
  if (algorithm === undefined) {
    if (wanted === undefined) return "COMPOSITE";
    throw refuse("The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
  }
  const [full, composite] = [ONLY_FULL.includes(algorithm), ONLY_COMPOSITE.includes(algorithm)];
  if ((full && wanted === "COMPOSITE") || (composite && wanted === "FULL_OBJECT")) {
    throw refuse(`The ${wanted} checksum type cannot be used with the ${algorithm} checksum algorithm.`);
  }
  return wanted ?? (full ? "FULL_OBJECT" : "COMPOSITE");
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

/** The upload that a request names. @throws AwsError NoSuchUpload */
export function findUpload(bucket: Bucket, request: S3Request): StoredUpload {
  const id = request.query.get("uploadId") ?? "";
  const upload = bucket.uploads.get(id);
  if (upload === undefined || upload.key !== request.key) throw noSuchUpload(id);
  return upload;
}

/** The refusal of an upload that is not there, or not any more. */
export function noSuchUpload(id: string): AwsError {
  return new AwsError(
    "NoSuchUpload",
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    404,
    { members: { UploadId: id } },
  );
}

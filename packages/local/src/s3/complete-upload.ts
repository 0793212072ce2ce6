import { createHash } from "node:crypto";
import { AwsError } from "../errors.js";
import { childText, type XmlNode } from "../wire/xml.js";
import { badChecksum } from "./body-check.js";
import type { Bucket, StoredPart, StoredUpload } from "./bucket.js";
import { declaredChecksum } from "./declared-checksum.js";
import { encryptionHeaders } from "./encryption-headers.js";
import type { StoredChecksum, StoredObject } from "./object.js";
import {
  checksumXml,
  compositeChecksum,
  digestsOf,
  fullChecksum,
  joinedChecksum,
} from "./object-checksum.js";
import { commitChecked } from "./object-operations.js";
import type { ObjectStore } from "./object-store.js";
import { type S3Request, type S3Response, xmlResponse } from "./request.js";
import { findUpload } from "./uploads.js";
import { readXmlBody } from "./xml-body.js";

/** Every part but the last has at least this many bytes. */
const MIN_PART_BYTES = 5 << 20;

/** A part as the completing client names it. */
interface NamedPart {
  readonly node: XmlNode;
  readonly number: number;
  readonly etag: string | undefined;
}

/** CompleteMultipartUpload: the parts become the object at once, without copying them. */
export async function completeMultipartUpload(store: ObjectStore, request: S3Request): Promise<S3Response> {
  const bucket = store.bucket(request.bucket);
  const former = completedBefore(bucket, request);
  if (former === undefined) findUpload(bucket, request);
  const named = readParts(await readXmlBody(request, true));
  // A client that did not hear the answer completes once more, and is answered the same.
  if (former !== undefined && joinedEtag(named.map(({ etag }) => etag ?? "")) === former.etag) {
    return completed(bucket, former);
  }
  const upload = findUpload(bucket, request);
  const parts = choseParts(bucket, upload, named);
  const object = await joinParts(store, request, upload, parts);
  checkFinal(request, object);
  // Another client may have aborted or completed the upload meanwhile, or sent a part anew.
  findUpload(bucket, request);
  const replaced = parts.find((part) => bucket.parts(upload.id).get(part.number) !== part);
  if (replaced !== undefined) throw invalidPart(upload, replaced.number);
  const used = new Set(parts.map((part) => part.number));
  const unused = [...bucket.parts(upload.id).values()].filter((part) => !used.has(part.number));
  commitChecked(store, bucket, object, request, "ObjectCreated:CompleteMultipartUpload");
  bucket.deleteUpload(upload.id);
  store.segments.remove(unused.flatMap((part) => part.segments));
  return completed(bucket, object);
}

function completedBefore(bucket: Bucket, request: S3Request): StoredObject | undefined {
  const object = bucket.objects.get(request.key);
  return object?.uploadId !== undefined && object.uploadId === request.query.get("uploadId")
    ? object
    : undefined;
}

function readParts(document: XmlNode): NamedPart[] {
  const nodes = document.children.filter((child) => child.name === "Part");
  if (nodes.length === 0) throw new AwsError("MalformedXML", "You must specify at least one part");
  const parts = nodes.map((node) => ({
    node,
    number: Number(childText(node, "PartNumber")),
    etag: childText(node, "ETag")?.replaceAll('"', "").trim(),
  }));
  // A part named twice is out of order too, whichever of its ETags is the part's.
  if (parts.every(({ number }, index) => index === 0 || number > parts[index - 1]!.number)) return parts;
  throw new AwsError(
    "InvalidPartOrder",
    "The list of parts was not in ascending order. Parts must be ordered by part number.",
  );
}

function choseParts(bucket: Bucket, upload: StoredUpload, named: readonly NamedPart[]): StoredPart[] {
  const parts = named.map(({ node, number, etag }) => {
    const part = bucket.parts(upload.id).get(number);
    if (part === undefined || (etag !== undefined && etag !== part.etag)) throw invalidPart(upload, number);
    const { algorithm, value } = part.checksum ?? {};
    for (const { name, text } of node.children) {
      if (!name.startsWith("Checksum")) continue;
      if (name !== `Checksum${algorithm?.toUpperCase()}` || text !== value) throw invalidPart(upload, number);
    }
    return part;
  });
  const small = parts.slice(0, -1).find((part) => part.size < MIN_PART_BYTES);
  if (small === undefined) return parts;
  throw new AwsError("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", 400, {
    members: { ProposedSize: small.size, MinSizeAllowed: MIN_PART_BYTES, PartNumber: small.number },
  });
}

async function joinParts(
  store: ObjectStore,
  request: S3Request,
  upload: StoredUpload,
  parts: readonly StoredPart[],
): Promise<StoredObject> {
  const segments = parts.flatMap((part) => part.segments);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  // An upload that names no algorithm is checked by the one that its completion names.
  const algorithm = upload.checksumAlgorithm ?? declaredChecksum(request.headers)?.algorithm;
  let checksum: StoredChecksum | undefined;
  if (algorithm !== undefined) {
    checksum =
      upload.checksumAlgorithm !== undefined && upload.checksumType === "COMPOSITE"
        ? compositeChecksum(algorithm, parts)
        : (joinedChecksum(algorithm, parts) ??
          fullChecksum(await digestsOf(store.segments.read(segments, 0, size), [algorithm]), algorithm));
  }
  const partChecksums = parts.map((part) =>
    part.checksum?.algorithm === checksum?.algorithm ? part.checksum?.value : undefined,
  );
  return {
    key: upload.key,
    size,
    etag: joinedEtag(parts.map((part) => part.etag)),
    lastModified: Date.now(),
    headers: upload.headers,
    metadata: upload.metadata,
    segments,
    partSizes: parts.map((part) => part.size),
    uploadId: upload.id,
    ...(upload.tags === undefined ? {} : { tags: upload.tags }),
    ...(checksum === undefined ? {} : { checksum }),
    ...(partChecksums.every((value) => value !== undefined) ? { partChecksums } : {}),
  };
}

/** The ETag of an object in parts: the MD5 of its parts' MD5s, and their number. */
function joinedEtag(etags: readonly string[]): string {
  const md5 = createHash("md5");
  for (const etag of etags) md5.update(Buffer.from(etag, "hex"));
  return `${md5.digest("hex")}-${etags.length}`;
}

/** Checks what the completing client says of the whole object. */
function checkFinal({ headers }: S3Request, { checksum, size }: StoredObject): void {
  const expectedSize = headers["x-amz-mp-object-size"];
  if (expectedSize !== undefined && Number(expectedSize) !== size) {
    throw new AwsError(
      "InvalidRequest",
      `The provided 'x-amz-mp-object-size' header value ${expectedSize} does not match the object's ${size} bytes.`,
    );
  }
  const type = headers["x-amz-checksum-type"];
  if (type !== undefined && type !== checksum?.type) {
    throw new AwsError(
      "InvalidRequest",
      `The upload's checksum type is ${checksum?.type ?? "none"}; the complete request names ${type}.`,
    );
  }
  const declared = declaredChecksum(headers);
  if (declared?.value === undefined || checksum === undefined) return;
  if (declared.algorithm !== checksum.algorithm) {
    throw new AwsError(
      "InvalidRequest",
      `The upload was created using a ${checksum.algorithm} checksum. The complete request must include that checksum, not ${declared.algorithm}.`,
    );
  }
  // A composite checksum may be given with the number of its parts or without.
  const fits = declared.value === checksum.value || declared.value === checksum.value.replace(/-\d+$/, "");
  if (!fits) throw badChecksum(checksum.algorithm);
}

function completed(bucket: Bucket, object: StoredObject): S3Response {
  const response = xmlResponse("CompleteMultipartUploadResult", [
    ["Location", `/${bucket.name}/${object.key}`],
    ["Bucket", bucket.name],
    ["Key", object.key],
    ["ETag", `"${object.etag}"`],
    ...checksumXml(object.checksum),
  ]);
  return { ...response, headers: { ...response.headers, ...encryptionHeaders(object.headers) } };
}

function invalidPart(upload: StoredUpload, number: number): AwsError {
  return new AwsError(
    "InvalidPart",
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    400,
    { members: { UploadId: upload.id, PartNumber: number } },
  );
}

import { AwsError } from "../errors.js";
import { isAwsChunked } from "../wire/aws-chunked.js";
import type { ChecksumAlgorithm } from "../wire/checksum.js";
import { readBody } from "./body.js";
import { BodyCheck } from "./body-check.js";
import type { Segment, StoredChecksum } from "./object.js";
import type { ObjectStore } from "./object-store.js";
import type { S3Request } from "./request.js";

/** What arrived, and was what its client said. */
export interface ReceivedBody {
  readonly segment: Segment;
  /** The MD5 as hex, which S3 gives as the ETag. */
  readonly etag: string;
  /** The checksum that was wanted, else the one that was sent. */
  readonly checksum?: StoredChecksum;
}

/** Largest body of one PUT: 5 GB, as S3 has it. */
const MAX_PUT_BYTES = 5 * 1024 ** 3;

/**
 * Streams the body of a request into a fresh segment and checks all that the client said of it:
 * length, MD5, SHA-256, chunk signatures, checksums in headers or trailers. Nothing stays when it fails.
 *
 * @throws AwsError BadDigest, IncompleteBody, XAmzContentSHA256Mismatch, EntityTooLarge...
 */
export async function receiveBody(
  store: ObjectStore,
  request: S3Request,
  wanted?: ChecksumAlgorithm,
): Promise<ReceivedBody> {
  const expectedSize = announcedSize(request);
  const check = new BodyCheck(request, ["md5", wanted]);
  const segment = await store.segments.write(async (writer) => {
    const accept = (piece: Buffer): void => {
      writer.add(piece);
      if (writer.size > expectedSize) throw wrongSize(expectedSize);
      check.update(piece);
    };
    const trailers = await readBody(request, accept, () => writer.drain());
    if (writer.size !== expectedSize) throw wrongSize(expectedSize);
    check.finish(trailers);
  });
  const etag = check.digest("md5").toString("hex");
  const algorithm = wanted ?? check.algorithm;
  if (algorithm === undefined) return { segment, etag };
  const value = check.digest(algorithm).toString("base64");
  return { segment, etag, checksum: { algorithm, value, type: "FULL_OBJECT" } };
}

/**
 * Bytes that the body says it has: S3 takes none that only ends.
 *
 * @throws AwsError NotImplemented, MissingContentLength, EntityTooLarge
 */
function announcedSize({ headers, auth }: S3Request): number {
  const chunked = isAwsChunked(auth?.payloadHash);
  const name = chunked ? "x-amz-decoded-content-length" : "content-length";
  const declared = headers[name];
  if (declared === undefined) {
    if (!chunked && headers["transfer-encoding"] !== undefined) {
      const rule = "A header you provided implies functionality that is not implemented";
      throw new AwsError("NotImplemented", rule, 501, { members: { Header: "Transfer-Encoding" } });
    }
    throw new AwsError("MissingContentLength", "You must provide the Content-Length HTTP header.", 411);
  }
  const size = Number(declared);
  if (!/^\d+$/.test(declared)) throw new AwsError("InvalidArgument", `${name} must be a number of bytes.`);
  if (size <= MAX_PUT_BYTES) return size;
  throw new AwsError(
    "EntityTooLarge",
    "Your proposed upload exceeds the maximum allowed size (5 GB in one PUT).",
    400,
    { members: { MaxSizeAllowed: MAX_PUT_BYTES } },
  );
}

function wrongSize(expected: number): AwsError {
  return new AwsError(
    "IncompleteBody",
    `The body does not have the ${expected} bytes that its Content-Length names.`,
  );
}

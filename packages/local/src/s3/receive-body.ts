import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { AwsError } from "../errors.js";
import { decodeAwsChunked, isAwsChunked } from "../wire/aws-chunked.js";
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  parseAlgorithm,
  type RunningChecksum,
  startChecksum,
} from "../wire/checksum.js";
import { equalHex } from "../wire/sigv4.js";
import type { StoredChecksum } from "./object.js";
import type { S3Request } from "./request.js";

/** What arrived. */
export interface ReceivedBody {
  readonly size: number;
  readonly md5: Buffer;
  readonly checksum: StoredChecksum | undefined;
}

/** Largest body of one PUT: 5 GB, as S3 has it. */
const MAX_PUT_BYTES = 5 * 1024 ** 3;

/**
 * Streams a request's body into a file and checks all that the client said of it: length, MD5,
 * SHA-256, chunk signatures, checksums in headers or trailers.
 *
 * @throws AwsError BadDigest, IncompleteBody, XAmzContentSHA256Mismatch, EntityTooLarge...
 */
export async function receiveBody(
  request: S3Request,
  file: FileHandle,
  wanted?: ChecksumAlgorithm,
): Promise<ReceivedBody> {
  const { headers, auth } = request;
  const chunked = isAwsChunked(auth?.payloadHash);
  const declared = headers[chunked ? "x-amz-decoded-content-length" : "content-length"];
  const expectedSize = declared === undefined ? undefined : Number(declared);
  if (expectedSize === undefined && headers["transfer-encoding"] === undefined) {
    throw new AwsError("MissingContentLength", "You must provide the Content-Length HTTP header.", 411);
  }
  if ((expectedSize ?? 0) > MAX_PUT_BYTES) throw tooLarge();

  const named = CHECKSUM_ALGORITHMS.filter((name) => headers[`x-amz-checksum-${name}`] !== undefined);
  const trailing = parseAlgorithm(/^x-amz-checksum-(\w+)$/.exec(headers["x-amz-trailer"]?.trim() ?? "")?.[1]);
  const algorithms = new Set([...named, ...(trailing ? [trailing] : []), ...(wanted ? [wanted] : [])]);
  const sums = new Map<ChecksumAlgorithm, RunningChecksum>();
  for (const name of algorithms) sums.set(name, startChecksum(name));
  const sha256 = /^[0-9a-f]{64}$/.test(auth?.payloadHash ?? "") ? createHash("sha256") : undefined;
  const md5 = createHash("md5");

  let size = 0;
  let pending: Promise<void> = Promise.resolve();
  const accept = async (piece: Uint8Array): Promise<void> => {
    size += piece.length;
    if (size > MAX_PUT_BYTES) throw tooLarge();
    md5.update(piece);
    sha256?.update(piece);
    for (const sum of sums.values()) sum.update(piece);
    await pending;
    pending = writeAll(file, piece);
    // Awaited before the next piece; marked as handled in case the source fails first.
    pending.catch(() => undefined);
  };
  let trailers: ReadonlyMap<string, string> = new Map();
  if (chunked) {
    const pieces = decodeAwsChunked(request.body, auth!);
    for (;;) {
      const step = await pieces.next();
      if (step.done === true) {
        trailers = step.value;
        break;
      }
      await accept(step.value);
    }
  } else {
    for await (const piece of request.body) await accept(piece);
  }
  await pending;

  if (expectedSize !== undefined && size !== expectedSize) {
    throw new AwsError(
      "IncompleteBody",
      `You did not provide the ${expectedSize} bytes that Content-Length names.`,
    );
  }
  if (sha256 !== undefined && !equalHex(sha256.digest("hex"), auth!.payloadHash!)) {
    throw new AwsError(
      "XAmzContentSHA256Mismatch",
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  const md5Digest = md5.digest();
  const givenMd5 = headers["content-md5"];
  if (givenMd5 !== undefined && givenMd5 !== md5Digest.toString("base64")) {
    throw new AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.");
  }
  let checksum: StoredChecksum | undefined;
  for (const [algorithm, sum] of sums) {
    const value = sum.digest().toString("base64");
    const name = `x-amz-checksum-${algorithm}`;
    const given = headers[name] ?? trailers.get(name);
    if (given !== undefined && given !== value) {
      throw new AwsError(
        "BadDigest",
        `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
      );
    }
    if (checksum === undefined || algorithm === wanted) checksum = { algorithm, value, type: "FULL_OBJECT" };
  }
  if (trailing !== undefined && !trailers.has(`x-amz-checksum-${trailing}`)) {
    throw new AwsError(
      "MalformedTrailerError",
      "The request announced a trailing checksum that did not come.",
    );
  }
  return { size, md5: md5Digest, checksum };
}

async function writeAll(file: FileHandle, piece: Uint8Array): Promise<void> {
  for (let done = 0; done < piece.length; ) {
    done += (await file.write(piece, done, piece.length - done)).bytesWritten;
  }
}

function tooLarge(): AwsError {
  return new AwsError(
    "EntityTooLarge",
    "Your proposed upload exceeds the maximum allowed size (5 GB in one PUT).",
  );
}

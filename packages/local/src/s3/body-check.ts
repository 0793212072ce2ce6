import { AwsError } from "../errors.js";
import { type ChecksumAlgorithm, Digests } from "../wire/checksum.js";
import { equalHex } from "../wire/sigv4.js";
import { type DeclaredChecksum, declaredChecksum } from "./declared-checksum.js";
import type { S3Request } from "./request.js";

/** Checks a body, while it comes, against all that its client said of it. Each digest is computed once. */
export class BodyCheck {
  readonly #request: S3Request;
  readonly #declared: DeclaredChecksum | undefined;
  readonly #digests: Digests;
  /** The algorithm of the checksum that came with the body. */
  readonly algorithm: ChecksumAlgorithm | undefined;

  /**
   * @param also - digests that are wanted of the body beside what its client announced
   * @param aboutObject - the checksum header is about an object that the body only names
   * @throws AwsError InvalidDigest, InvalidRequest, NotImplemented
   */
  constructor(
    request: S3Request,
    also: readonly (ChecksumAlgorithm | undefined)[] = [],
    aboutObject = false,
  ) {
    const { headers, auth } = request;
    const md5 = headers["content-md5"];
    if (md5 !== undefined && !/^[A-Za-z0-9+/]{22}==$/.test(md5)) {
      throw new AwsError("InvalidDigest", "The Content-MD5 you specified was invalid.");
    }
    const declared = declaredChecksum(headers);
    this.#request = request;
    this.#declared = aboutObject ? undefined : declared;
    this.algorithm = this.#declared?.algorithm;
    this.#digests = new Digests([
      ...also,
      this.algorithm,
      md5 === undefined ? undefined : "md5",
      isSha256(auth?.payloadHash) ? "sha256" : undefined,
    ]);
  }

  /** Adds bytes of the body. */
  update(piece: Uint8Array): void {
    this.#digests.update(piece);
  }

  /** A digest of the whole body. */
  digest(algorithm: ChecksumAlgorithm): Buffer {
    return this.#digests.of(algorithm);
  }

  /** @throws AwsError BadDigest, MalformedTrailerError, XAmzContentSHA256Mismatch */
  finish(trailers: ReadonlyMap<string, string>): void {
    const { headers, auth } = this.#request;
    const signed = auth?.payloadHash;
    if (isSha256(signed) && !equalHex(this.digest("sha256").toString("hex"), signed)) {
      throw new AwsError(
        "XAmzContentSHA256Mismatch",
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
      );
    }
    const md5 = headers["content-md5"];
    if (md5 !== undefined && md5 !== this.digest("md5").toString("base64")) {
      throw new AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.");
    }
    if (this.#declared === undefined) return;
    const { algorithm } = this.#declared;
    const given = this.#declared.value ?? trailers.get(`x-amz-checksum-${algorithm}`);
    if (given === undefined) {
      throw new AwsError(
        "MalformedTrailerError",
        "The request announced a trailing checksum that did not come.",
      );
    }
    if (given !== this.digest(algorithm).toString("base64")) throw badChecksum(algorithm);
  }
}

function isSha256(payloadHash: string | undefined): payloadHash is string {
  return /^[0-9a-f]{64}$/.test(payloadHash ?? "");
}

/** The refusal of a checksum that does not fit. */
export function badChecksum(algorithm: ChecksumAlgorithm): AwsError {
  return new AwsError(
    "BadDigest",
    `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
  );
}

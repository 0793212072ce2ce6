import { createHash, type Hash } from "node:crypto";
import { AwsError } from "../errors.js";
import { hmac } from "./signing-key.js";
import { type Authentication, equalHex, sha256Hex } from "./sigv4.js";

/** Longest chunk header, and most bytes of trailing headers. It bounds what is kept of a body. */
const MAX_LINE_BYTES = 8192;
const EMPTY_SHA256 = sha256Hex("");

/** Whether a body is framed as `aws-chunked`, from its signed payload hash. */
export function isAwsChunked(payloadHash: string | undefined): boolean {
  return payloadHash?.startsWith("STREAMING-") ?? false;
}

/**
 * Takes the `aws-chunked` framing off a body piece by piece and checks each chunk's signature where
 * the body is signed.
 * Source: "Signature calculations for trailing headers" in the S3 API reference.
 */
export class AwsChunkedDecoder {
  readonly #signer: ChunkSigner | undefined;
  readonly #trailers = new Map<string, string>();
  #next: "header" | "chunk end" | "trailer" = "header";
  #line = "";
  #trailerBytes = 0;
  /** Bytes that the chunk still has. */
  #left = 0;
  #hash: Hash | undefined;
  #signature: string | undefined;

  constructor(auth: Authentication) {
    this.#signer = auth.payloadHash?.startsWith("STREAMING-AWS4-HMAC-SHA256")
      ? new ChunkSigner(auth)
      : undefined;
  }

  /**
   * Takes a piece of the body and hands the data in it on, without copying it.
   *
   * @throws AwsError IncompleteBody or SignatureDoesNotMatch
   */
  push(piece: Buffer, accept: (data: Buffer) => void): void {
    for (let at = 0; at < piece.length; ) {
      if (this.#left > 0) {
        const data = piece.subarray(at, at + this.#left);
        at += data.length;
        this.#left -= data.length;
        this.#hash?.update(data);
        accept(data);
        continue;
      }
      const end = piece.indexOf(10, at);
      const stop = end < 0 ? piece.length : end + 1;
      this.#line += piece.toString("latin1", at, stop);
      at = stop;
      if (this.#line.length > MAX_LINE_BYTES) {
        throw incomplete(`A chunk header exceeds ${MAX_LINE_BYTES} bytes.`);
      }
      if (end < 0) return;
      const line = this.#line.replace(/\r?\n$/, "");
      this.#line = "";
      this.#takeLine(line);
    }
  }

  /**
   * Ends the body. Returns its trailing headers, by lower-case name.
   *
   * @throws AwsError IncompleteBody or SignatureDoesNotMatch
   */
  end(): ReadonlyMap<string, string> {
    if (this.#left > 0) throw incomplete("The body ended inside a chunk.");
    if (this.#next !== "trailer" || this.#line !== "") {
      throw incomplete("The body ended inside a chunk header.");
    }
    const signature = this.#trailers.get("x-amz-trailer-signature");
    this.#trailers.delete("x-amz-trailer-signature");
    if (this.#trailers.size > 0) this.#signer?.checkTrailers(this.#trailers, signature);
    return this.#trailers;
  }

  #takeLine(line: string): void {
    if (this.#next === "header") this.#openChunk(line);
    else if (this.#next === "trailer") this.#takeTrailer(line);
    else if (line !== "") throw incomplete("A chunk is longer than its header says.");
    else this.#closeChunk("header");
  }

  #openChunk(line: string): void {
    const match = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
    if (match === null) throw incomplete("A chunk header is malformed.");
    this.#left = Number.parseInt(match[1]!, 16);
    this.#signature = match[2];
    if (this.#signer !== undefined) this.#hash = createHash("sha256");
    if (this.#left === 0) this.#closeChunk("trailer");
    else this.#next = "chunk end";
  }

  #closeChunk(next: "header" | "trailer"): void {
    if (this.#hash !== undefined) this.#signer?.checkChunk(this.#hash.digest("hex"), this.#signature);
    this.#next = next;
  }

  /** Empty lines end the trailing headers, and stand before their signature, too. */
  #takeTrailer(line: string): void {
    if (line === "") return;
    const colon = line.indexOf(":");
    this.#trailerBytes += line.length;
    if (colon < 1 || this.#trailerBytes > MAX_LINE_BYTES) throw incomplete("A trailing header is malformed.");
    this.#trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}

/** Checks the chain of signatures: each chunk's signs that of the chunk before it. */
class ChunkSigner {
  readonly #auth: Authentication;
  #previous: string;

  constructor(auth: Authentication) {
    this.#auth = auth;
    this.#previous = auth.signature;
  }

  checkChunk(sha256: string, given: string | undefined): void {
    this.#check("AWS4-HMAC-SHA256-PAYLOAD", `${EMPTY_SHA256}\n${sha256}`, given);
  }

  checkTrailers(trailers: ReadonlyMap<string, string>, given: string | undefined): void {
    const text = [...trailers].map(([name, value]) => `${name}:${value}\n`).join("");
    this.#check("AWS4-HMAC-SHA256-TRAILER", sha256Hex(text), given);
  }

  #check(algorithm: string, hashes: string, given: string | undefined): void {
    const { amzDate, scope, signingKey } = this.#auth;
    const toSign = `${algorithm}\n${amzDate}\n${scope}\n${this.#previous}\n${hashes}`;
    const expected = hmac(signingKey, toSign).toString("hex");
    if (given === undefined || !equalHex(expected, given)) {
      throw new AwsError(
        "SignatureDoesNotMatch",
        "The signature of a chunk of the body does not match.",
        403,
      );
    }
    this.#previous = expected;
  }
}

function incomplete(reason: string): AwsError {
  return new AwsError("IncompleteBody", `The request body terminated unexpectedly. ${reason}`);
}

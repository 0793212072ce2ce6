import { createHash } from "node:crypto";
import { AwsError } from "../errors.js";
import { type Authentication, equalHex, hmac, sha256Hex } from "./sigv4.js";

/** Longest chunk header or trailer line. It bounds what is kept while no line end is seen. */
const MAX_LINE_BYTES = 8192;
const EMPTY_SHA256 = sha256Hex("");

/** Whether a body is framed as `aws-chunked`, from its signed payload hash. */
export function isAwsChunked(payloadHash: string | undefined): boolean {
  return payloadHash?.startsWith("STREAMING-") ?? false;
}

/**
 * Takes the `aws-chunked` framing off a body, checks each chunk's signature where the body is
 * signed, and returns the trailing headers (lower-case names).
 * Source: "Signature calculations for trailing headers" in the S3 API reference.
 *
 * @throws AwsError IncompleteBody or SignatureDoesNotMatch
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Uint8Array>,
  auth: Authentication,
): AsyncGenerator<Uint8Array, ReadonlyMap<string, string>> {
  const reader = new ByteReader(source);
  const signer = auth.payloadHash?.startsWith("STREAMING-AWS4-HMAC-SHA256") ? chunkSigner(auth) : undefined;
  for (;;) {
    const match = /^([0-9a-fA-F]{1,16})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(await reader.readLine());
    if (match === null) throw incomplete("A chunk header is malformed.");
    const size = Number.parseInt(match[1]!, 16);
    const hash = signer === undefined ? undefined : createHash("sha256");
    for (let left = size; left > 0; ) {
      const piece = await reader.readUpTo(left);
      left -= piece.length;
      hash?.update(piece);
      yield piece;
    }
    signer?.checkChunk(hash!.digest("hex"), match[2]);
    if (size === 0) break;
    if ((await reader.readLine()) !== "") throw incomplete("A chunk is longer than its header says.");
  }
  return readTrailers(reader, signer);
}

async function readTrailers(
  reader: ByteReader,
  signer: ReturnType<typeof chunkSigner> | undefined,
): Promise<ReadonlyMap<string, string>> {
  const trailers = new Map<string, string>();
  for (;;) {
    const line = await reader.readLine(true);
    if (line === "") break;
    const colon = line.indexOf(":");
    if (colon < 1) throw incomplete("A trailing header is malformed.");
    trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  const signature = trailers.get("x-amz-trailer-signature");
  trailers.delete("x-amz-trailer-signature");
  if (signer !== undefined && trailers.size > 0) signer.checkTrailers(trailers, signature);
  return trailers;
}

function chunkSigner(auth: Authentication) {
  let previous = auth.signature;
  const check = (toSign: string, given: string | undefined): void => {
    const expected = hmac(auth.signingKey, toSign).toString("hex");
    if (given === undefined || !equalHex(expected, given)) {
      throw new AwsError(
        "SignatureDoesNotMatch",
        "The signature of a chunk of the body does not match.",
        403,
      );
    }
    previous = expected;
  };
  return {
    checkChunk(sha256: string, given: string | undefined): void {
      check(
        `AWS4-HMAC-SHA256-PAYLOAD\n${auth.amzDate}\n${auth.scope}\n${previous}\n${EMPTY_SHA256}\n${sha256}`,
        given,
      );
    },
    checkTrailers(trailers: ReadonlyMap<string, string>, given: string | undefined): void {
      const text = [...trailers].map(([name, value]) => `${name}:${value}\n`).join("");
      check(
        `AWS4-HMAC-SHA256-TRAILER\n${auth.amzDate}\n${auth.scope}\n${previous}\n${sha256Hex(text)}`,
        given,
      );
    },
  };
}

/** Reads lines and counted bytes from a stream of pieces, keeping at most one piece. */
class ByteReader {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #piece: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  async readUpTo(count: number): Promise<Buffer> {
    if (this.#piece.length === 0 && !(await this.#fill())) throw incomplete("The body ended inside a chunk.");
    const result = this.#piece.subarray(0, count);
    this.#piece = this.#piece.subarray(result.length);
    return result;
  }

  /** Reads up to CRLF, which is dropped. The end of the body counts as an empty line where allowed. */
  async readLine(endIsEmpty = false): Promise<string> {
    let line = Buffer.alloc(0);
    for (;;) {
      const end = this.#piece.indexOf(10);
      line = Buffer.concat([line, end < 0 ? this.#piece : this.#piece.subarray(0, end + 1)]);
      if (line.length > MAX_LINE_BYTES) throw incomplete(`A chunk header exceeds ${MAX_LINE_BYTES} bytes.`);
      if (end >= 0) {
        this.#piece = this.#piece.subarray(end + 1);
        return line.toString("latin1").replace(/\r?\n$/, "");
      }
      this.#piece = Buffer.alloc(0);
      if (await this.#fill()) continue;
      if (endIsEmpty && line.length === 0) return "";
      throw incomplete("The body ended inside a chunk header.");
    }
  }

  async #fill(): Promise<boolean> {
    const { done, value } = await this.#iterator.next();
    if (done === true) return false;
    this.#piece = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return true;
  }
}

function incomplete(reason: string): AwsError {
  return new AwsError("IncompleteBody", `The request body terminated unexpectedly. ${reason}`);
}

import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { AwsError } from "../errors.js";
import { decodePercent, encodeStrict, type RequestTarget } from "./percent-encoding.js";
import { hmac, signingKeyOf } from "./signing-key.js";

/** A key pair that the server accepts. */
export interface Credentials {
  /** Names the key in each request. */
  readonly accessKeyId: string;
  /** Signs each request, and is never sent. */
  readonly secretAccessKey: string;
}

/** What a request's signature says. */
export interface Authentication {
  /** Whose key signed it. */
  readonly accessKeyId: string;
  /** Service name of the credential scope: `s3`, `sagemaker`, `logs`... */
  readonly service: string;
  /** Region of the credential scope. */
  readonly region: string;
  /** `x-amz-content-sha256` as signed; undefined where the signer hashed the body without saying so. */
  readonly payloadHash: string | undefined;
  /** The request's own signature: the seed of chunk signatures. */
  readonly signature: string;
  /** Key that signs the chunks of a streamed body. */
  readonly signingKey: Buffer;
  /** `yyyymmddThhmmssZ`. */
  readonly amzDate: string;
  /** `yyyymmdd/region/service/aws4_request`. */
  readonly scope: string;
  /** Compares with the SHA-256 of the body, once that is known. Throws when the signature does not match. */
  readonly verify: (bodySha256: string) => void;
}

/** A request as the verifier sees it. */
export interface SignedRequest {
  readonly method: string;
  readonly target: RequestTarget;
  readonly headers: IncomingHttpHeaders;
}

/** Clock skew that AWS tolerates on a header-signed request: 15 minutes. It bounds replay. */
const MAX_SKEW_MS = 15 * 60_000;
/** Longest life of a presigned URL: 7 days. */
const MAX_PRESIGN_SECONDS = 604_800;
const ALGORITHM = "AWS4-HMAC-SHA256";

/**
 * Reads the Signature Version 4 of a request, from its Authorization header or its query (presigned
 * URL), and checks key, date and shape. The caller calls `verify` when it knows the body's hash.
 *
 * @throws AwsError with the code that the real services answer.
 */
export function readSignature(
  request: SignedRequest,
  credentials: Credentials,
  now = Date.now(),
): Authentication {
  const query = new Map(request.target.query);
  const presigned = query.get("X-Amz-Algorithm") !== undefined;
  const fields = presigned ? fromQuery(query) : fromHeader(request.headers);
  const [accessKeyId, date, region, service, terminator] = fields.credential.split("/");
  if (
    accessKeyId === undefined ||
    date === undefined ||
    !region ||
    !service ||
    terminator !== "aws4_request"
  ) {
    throw malformed(
      `The credential "${fields.credential}" is not of the form KEY/yyyymmdd/region/service/aws4_request.`,
    );
  }
  const s3 = service === "s3";
  if (accessKeyId !== credentials.accessKeyId) {
    throw s3
      ? new AwsError(
          "InvalidAccessKeyId",
          "The AWS Access Key Id you provided does not exist in our records.",
          403,
        )
      : new AwsError(
          "UnrecognizedClientException",
          "The security token included in the request is invalid.",
          403,
        );
  }
  checkDate(fields.amzDate, date, presigned ? fields.expiresSeconds : undefined, s3, now);
  if (!fields.signedHeaders.includes("host")) throw malformed("The Host header must be signed.");

  const scope = `${date}/${region}/${service}/aws4_request`;
  const signingKey = signingKeyOf(credentials.secretAccessKey, date, region, service);
  const declaredHash = header(request.headers, "x-amz-content-sha256");
  const payloadHash = presigned
    ? (declaredHash ?? query.get("X-Amz-Content-Sha256") ?? "UNSIGNED-PAYLOAD")
    : declaredHash;
  return {
    accessKeyId,
    service,
    region,
    payloadHash,
    signature: fields.signature,
    signingKey,
    amzDate: fields.amzDate,
    scope,
    verify(bodySha256) {
      const canonical = canonicalRequest(
        request,
        fields.signedHeaders,
        payloadHash ?? bodySha256,
        s3,
        presigned,
      );
      // A header beyond ASCII travels as Latin-1 or as UTF-8, and node reads it as Latin-1: clients
      // sign the text, so both readings are tried.
      for (const encoding of ["utf8", "latin1"] as const) {
        const hash = sha256Hex(Buffer.from(canonical, encoding));
        const toSign = `${ALGORITHM}\n${fields.amzDate}\n${scope}\n${hash}`;
        if (equalHex(hmac(signingKey, toSign).toString("hex"), fields.signature)) return;
      }
      throw s3
        ? new AwsError(
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
            403,
          )
        : new AwsError(
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
            403,
          );
    },
  };
}

interface SignatureFields {
  readonly credential: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly amzDate: string;
  readonly expiresSeconds: number;
}

function fromHeader(headers: IncomingHttpHeaders): SignatureFields {
  const authorization = headers.authorization;
  if (authorization === undefined) {
    throw new AwsError("MissingAuthenticationToken", "The request is not signed.", 403);
  }
  if (/^AWS [^ ]+:/.test(authorization)) {
    // Signature Version 2 in a header, which only S3 ever took; buckets made since 2020 refuse it.
    throw new AwsError(
      "InvalidRequest",
      `The authorization mechanism you have provided is not supported. Please use ${ALGORITHM}.`,
    );
  }
  const match =
    /^AWS4-HMAC-SHA256 +Credential=([^,]+), *SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})$/.exec(
      authorization.trim(),
    );
  if (match === null)
    throw malformed("Only AWS4-HMAC-SHA256 with Credential, SignedHeaders and Signature is understood.");
  const amzDate = header(headers, "x-amz-date") ?? basicDate(headers.date);
  if (amzDate === undefined) throw malformed("Neither X-Amz-Date nor Date is there.");
  return {
    credential: match[1]!,
    signedHeaders: match[2]!.split(";"),
    signature: match[3]!,
    amzDate,
    expiresSeconds: 0,
  };
}

function fromQuery(query: ReadonlyMap<string, string>): SignatureFields {
  const need = (name: string): string => {
    const value = query.get(name);
    if (value === undefined || value === "") throw malformedUrl(`The presigned URL lacks ${name}.`);
    return value;
  };
  if (need("X-Amz-Algorithm") !== ALGORITHM) throw malformedUrl(`Only ${ALGORITHM} is understood.`);
  const expiresSeconds = Number(need("X-Amz-Expires"));
  if (!Number.isInteger(expiresSeconds) || expiresSeconds < 1 || expiresSeconds > MAX_PRESIGN_SECONDS) {
    throw malformedUrl(`X-Amz-Expires must be 1 to ${MAX_PRESIGN_SECONDS} seconds.`);
  }
  return {
    credential: need("X-Amz-Credential"),
    signedHeaders: need("X-Amz-SignedHeaders").split(";"),
    signature: need("X-Amz-Signature"),
    amzDate: need("X-Amz-Date"),
    expiresSeconds,
  };
}

function checkDate(
  amzDate: string,
  day: string,
  expiresSeconds: number | undefined,
  s3: boolean,
  now: number,
): void {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(amzDate);
  if (match === null || !amzDate.startsWith(day))
    throw malformed(`The date ${amzDate} does not fit the credential.`);
  const [, year, month, date, hour, minute, second] = match;
  const signedAt = Date.UTC(+year!, +month! - 1, +date!, +hour!, +minute!, +second!);
  if (expiresSeconds !== undefined) {
    if (now > signedAt + expiresSeconds * 1000)
      throw new AwsError("AccessDenied", "Request has expired", 403);
    if (signedAt > now + MAX_SKEW_MS) throw new AwsError("AccessDenied", "Request is not yet valid", 403);
    return;
  }
  if (Math.abs(now - signedAt) <= MAX_SKEW_MS) return;
  throw s3
    ? new AwsError(
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
        403,
      )
    : new AwsError(
        "InvalidSignatureException",
        `Signature expired: ${amzDate} is more than 15 minutes off.`,
        403,
      );
}

function canonicalRequest(
  request: SignedRequest,
  signedHeaders: readonly string[],
  payloadHash: string,
  s3: boolean,
  presigned: boolean,
): string {
  const query = request.target.query
    .filter(([name]) => !(presigned && name === "X-Amz-Signature"))
    .map(([name, value]) => [encodeStrict(name), encodeStrict(value)] as const)
    // By name, then by value: as one text, a name would sort behind those that it is the beginning of.
    .sort(([a, x], [b, y]) => compareBytes(a, b) || compareBytes(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  const headers = signedHeaders
    .map((name) => `${name}:${(header(request.headers, name) ?? "").trim().replace(/ +/g, " ")}\n`)
    .join("");
  const path = canonicalPath(request.target.rawPath, s3);
  return `${request.method}\n${path}\n${query}\n${headers}\n${signedHeaders.join(";")}\n${payloadHash}`;
}

/** S3 encodes the decoded path once; every other service encodes what is on the wire once more. */
function canonicalPath(rawPath: string, s3: boolean): string {
  return rawPath
    .split("/")
    .map((segment) => encodeStrict(s3 ? (decodePercent(segment) ?? segment) : segment))
    .join("/");
}

function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(",") : value;
}

function basicDate(date: string | undefined): string | undefined {
  const time = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, "");
}

function compareBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function malformed(message: string): AwsError {
  return new AwsError("IncompleteSignature", message, 400);
}

/** Only S3 has presigned URLs, and its own code for a wrong one. */
function malformedUrl(message: string): AwsError {
  return new AwsError("AuthorizationQueryParametersError", message, 400);
}

/** SHA-256 as lower-case hex. */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Compares two hex digests in constant time. */
export function equalHex(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

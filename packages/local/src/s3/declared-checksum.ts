import { AwsError } from "../errors.js";
import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm, parseAlgorithm } from "../wire/checksum.js";

/** Algorithms of S3 that this server has not: what is not checked is refused. */
const UNCHECKED = ["xxhash64", "xxhash3", "xxhash128"];
/** Headers of that form that carry no checksum. */
const OTHER_HEADERS = ["algorithm", "type", "mode"];

/** The checksum that a request's headers announce. */
export interface DeclaredChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64, for a multipart upload perhaps followed by `-PARTS`; undefined when it comes in a trailing header. */
  readonly value: string | undefined;
}

type Headers = Readonly<Record<string, string | undefined>>;

/**
 * Reads the checksum that a request announces, in a header or for its trailer.
 *
 * @throws AwsError InvalidRequest (several, or unknown), NotImplemented (an algorithm that is not checked here)
 */
export function declaredChecksum(headers: Headers): DeclaredChecksum | undefined {
  wantedAlgorithm(headers["x-amz-sdk-checksum-algorithm"]);
  const found: DeclaredChecksum[] = [];
  for (const name of (headers["x-amz-trailer"] ?? "").toLowerCase().split(",")) {
    const suffix = checksumSuffix(name.trim());
    if (suffix !== undefined) found.push({ algorithm: knownAlgorithm(suffix), value: undefined });
  }
  for (const [name, value] of Object.entries(headers)) {
    const suffix = checksumSuffix(name);
    if (suffix === undefined || value === undefined) continue;
    found.push({ algorithm: knownAlgorithm(suffix), value });
  }
  if (found.length > 1) {
    throw invalidRequest(
      "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    );
  }
  return found[0];
}

/**
 * Reads an algorithm that a request asks for by name.
 *
 * @throws AwsError InvalidRequest or NotImplemented
 */
export function wantedAlgorithm(name: string | undefined): ChecksumAlgorithm | undefined {
  return name === undefined ? undefined : knownAlgorithm(name.toLowerCase());
}

function checksumSuffix(header: string): string | undefined {
  const suffix = /^x-amz-checksum-(.*)$/.exec(header)?.[1];
  return suffix === undefined || OTHER_HEADERS.includes(suffix) ? undefined : suffix;
}

function knownAlgorithm(name: string): ChecksumAlgorithm {
  const algorithm = parseAlgorithm(name);
  if (algorithm !== undefined) return algorithm;
  const checked = CHECKSUM_ALGORITHMS.map((known) => known.toUpperCase()).join(", ");
  if (UNCHECKED.includes(name)) {
    throw new AwsError(
      "NotImplemented",
      `The local S3 does not check ${name.toUpperCase()} checksums. Use one of ${checked}.`,
      501,
    );
  }
  throw invalidRequest(
    `Checksum algorithm provided is unsupported. Please try again with any of the valid types: [${checked}]`,
  );
}

function invalidRequest(message: string): AwsError {
  return new AwsError("InvalidRequest", message);
}

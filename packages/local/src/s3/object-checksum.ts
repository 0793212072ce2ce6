import { type ChecksumAlgorithm, Digests, startChecksum } from "../wire/checksum.js";
import { canJoin, joinCrcs } from "../wire/join-crcs.js";
import type { XmlElement } from "../wire/xml.js";
import type { StoredChecksum } from "./object.js";

/** Reads bytes once, for all the digests that are wanted of them. Algorithms that are undefined are left out. */
export async function digestsOf(
  pieces: AsyncIterable<Uint8Array>,
  algorithms: readonly (ChecksumAlgorithm | undefined)[],
): Promise<Digests> {
  const digests = new Digests(algorithms);
  for await (const piece of pieces) digests.update(piece);
  return digests;
}

/** A checksum of all bytes of an object; undefined when no algorithm is wanted. */
export function fullChecksum(
  digests: Digests,
  algorithm: ChecksumAlgorithm | undefined,
): StoredChecksum | undefined {
  if (algorithm === undefined) return undefined;
  return { algorithm, value: digests.of(algorithm).toString("base64"), type: "FULL_OBJECT" };
}

/** The checksum of parts' checksums, as S3 defines it for multipart uploads. */
export function compositeChecksum(
  algorithm: ChecksumAlgorithm,
  parts: readonly { readonly checksum?: StoredChecksum }[],
): StoredChecksum {
  const sum = startChecksum(algorithm);
  for (const part of parts) sum.update(Buffer.from(part.checksum!.value, "base64"));
  return { algorithm, value: `${sum.digest().toString("base64")}-${parts.length}`, type: "COMPOSITE" };
}

/** The checksum of all bytes of an object in parts, from its parts' alone; undefined where they do not tell. */
export function joinedChecksum(
  algorithm: ChecksumAlgorithm,
  parts: readonly { readonly checksum?: StoredChecksum; readonly size: number }[],
): StoredChecksum | undefined {
  if (!canJoin(algorithm) || parts.some(({ checksum }) => checksum?.algorithm !== algorithm))
    return undefined;
  const value = joinCrcs(
    algorithm,
    parts.map(({ checksum, size }) => ({ crc: checksum!.value, size })),
  );
  return { algorithm, value, type: "FULL_OBJECT" };
}

/** Headers that carry a checksum and its type. */
export function checksumHeaders(checksum: StoredChecksum | undefined): Record<string, string> {
  if (checksum === undefined) return {};
  return { ...checksumHeader(checksum), "x-amz-checksum-type": checksum.type };
}

/** The header that carries a checksum, without its type, as S3 has it of a part. */
export function checksumHeader(checksum: StoredChecksum | undefined): Record<string, string> {
  return checksum === undefined ? {} : { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value };
}

/** A checksum as XML members: `ChecksumCRC32` and `ChecksumType`. */
export function checksumXml(checksum: StoredChecksum | undefined): XmlElement[] {
  if (checksum === undefined) return [];
  return [...checksumValueXml(checksum), ["ChecksumType", checksum.type]];
}

/** A checksum as an XML member without its type, as S3 has it of a part. */
export function checksumValueXml(checksum: StoredChecksum | undefined): XmlElement[] {
  return checksum === undefined ? [] : [[`Checksum${checksum.algorithm.toUpperCase()}`, checksum.value]];
}

import { createHash } from "node:crypto";
import { type RunningChecksum, startCrc32, startCrc32c, startCrc64Nvme } from "./crc.js";

/** The checksum algorithms of S3 that this server checks, by their header suffix. */
export const CHECKSUM_ALGORITHMS = [
  "crc32",
  "crc32c",
  "crc64nvme",
  "md5",
  "sha1",
  "sha256",
  "sha512",
] as const;
/** One of S3's checksum algorithms. */
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

/** Starts a checksum. */
export function startChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  switch (algorithm) {
    case "crc32":
      return startCrc32();
    case "crc32c":
      return startCrc32c();
    case "crc64nvme":
      return startCrc64Nvme();
    default: {
      const hash = createHash(algorithm);
      return { update: (data) => void hash.update(data), digest: () => hash.digest() };
    }
  }
}

/** Several checksums of the same bytes, each computed once. */
export class Digests {
  readonly #running = new Map<ChecksumAlgorithm, RunningChecksum>();
  readonly #done = new Map<ChecksumAlgorithm, Buffer>();

  /** Algorithms that are undefined are left out. */
  constructor(algorithms: Iterable<ChecksumAlgorithm | undefined>) {
    for (const name of new Set(algorithms))
      if (name !== undefined) this.#running.set(name, startChecksum(name));
  }

  /** Adds bytes to all of them. */
  update(data: Uint8Array): void {
    for (const sum of this.#running.values()) sum.update(data);
  }

  /** The digest of one of the algorithms; no byte can be added after that. */
  of(algorithm: ChecksumAlgorithm): Buffer {
    const digest = this.#done.get(algorithm) ?? this.#running.get(algorithm)!.digest();
    this.#done.set(algorithm, digest);
    return digest;
  }
}

/** Reads an algorithm name as headers and XML spell it (`CRC32`, `crc64nvme`). */
export function parseAlgorithm(name: string | undefined): ChecksumAlgorithm | undefined {
  const lower = name?.toLowerCase();
  return CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === lower);
}

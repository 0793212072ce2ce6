import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

/** The checksum algorithms of S3, by their header suffix. */
export const CHECKSUM_ALGORITHMS = ["crc32", "crc32c", "crc64nvme", "sha1", "sha256"] as const;
/** One of S3's checksum algorithms. */
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

/** A running checksum; `digest` gives the raw big-endian bytes, which S3 shows as base64. */
export interface RunningChecksum {
  update(data: Uint8Array): void;
  digest(): Buffer;
}

/** Starts a checksum. */
export function startChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  switch (algorithm) {
    case "crc32":
      return startCrc32();
    case "crc32c":
      return startCrc32c();
    case "crc64nvme":
      return startCrc64Nvme();
    case "sha1":
    case "sha256": {
      const hash = createHash(algorithm);
      return { update: (data) => void hash.update(data), digest: () => hash.digest() };
    }
  }
}

/** Reads an algorithm name as headers and XML spell it (`CRC32`, `crc64nvme`). */
export function parseAlgorithm(name: string | undefined): ChecksumAlgorithm | undefined {
  const lower = name?.toLowerCase();
  return CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === lower);
}

function startCrc32(): RunningChecksum {
  let value = 0;
  return {
    update(data) {
      value = crc32(data, value);
    },
    digest: () => uint32(value),
  };
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** CRC-32C (Castagnoli), reflected polynomial 0x82f63b78 (RFC 3720 appendix B.4). */
const CRC32C_TABLE = Int32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

function startCrc32c(): RunningChecksum {
  let value = -1;
  return {
    update(data) {
      for (let index = 0; index < data.length; index++) {
        value = CRC32C_TABLE[(value ^ data[index]!) & 0xff]! ^ (value >>> 8);
      }
    },
    digest: () => uint32(~value),
  };
}

/** CRC-64/NVME, reflected polynomial 0x9a6c9329ac4bc9b5 (NVM Express base specification). */
const CRC64_HIGH = new Int32Array(256);
const CRC64_LOW = new Int32Array(256);
for (let index = 0; index < 256; index++) {
  let high = 0;
  let low = index;
  for (let bit = 0; bit < 8; bit++) {
    const carry = low & 1;
    low = (low >>> 1) | (high << 31);
    high = high >>> 1;
    if (carry) {
      high ^= 0x9a6c9329;
      low ^= 0xac4bc9b5;
    }
  }
  CRC64_HIGH[index] = high;
  CRC64_LOW[index] = low;
}

function startCrc64Nvme(): RunningChecksum {
  let high = -1;
  let low = -1;
  return {
    update(data) {
      for (let index = 0; index < data.length; index++) {
        const entry = (low ^ data[index]!) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ CRC64_LOW[entry]!;
        high = (high >>> 8) ^ CRC64_HIGH[entry]!;
      }
    },
    digest() {
      const bytes = Buffer.alloc(8);
      bytes.writeUInt32BE(~high >>> 0, 0);
      bytes.writeUInt32BE(~low >>> 0, 4);
      return bytes;
    },
  };
}

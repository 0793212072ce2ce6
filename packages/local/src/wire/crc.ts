import { crc32 as nativeCrc32 } from "node:zlib";

/** A running checksum; `digest` gives the raw big-endian bytes, which S3 shows as base64. */
export interface RunningChecksum {
  /** Adds bytes. */
  update(data: Uint8Array): void;
  /** The checksum of all bytes. */
  digest(): Buffer;
}

/** CRC-32 (ISO 3309), in native code. */
export function startCrc32(): RunningChecksum {
  let value = 0;
  return {
    update(data) {
      value = nativeCrc32(data, value);
    },
    digest: () => uint32(value),
  };
}

/**
 * Tables for four bytes at a time ("slicing by four"): entry `256 * n + byte` is what `byte` becomes
 * after `n` further zero bytes. `low` and `high` are the halves of a 64-bit value.
 */
function makeTables(polynomialHigh: number, polynomialLow: number): { low: Int32Array; high: Int32Array } {
  const low = new Int32Array(1024);
  const high = new Int32Array(1024);
  for (let byte = 0; byte < 256; byte++) {
    let [top, bottom] = [0, byte];
    for (let bit = 0; bit < 8; bit++) {
      const carry = bottom & 1;
      bottom = (bottom >>> 1) | (top << 31);
      top >>>= 1;
      if (carry) [top, bottom] = [top ^ polynomialHigh, bottom ^ polynomialLow];
    }
    [low[byte], high[byte]] = [bottom, top];
  }
  for (let entry = 256; entry < 1024; entry++) {
    const [top, bottom] = [high[entry - 256]!, low[entry - 256]!];
    low[entry] = ((bottom >>> 8) | (top << 24)) ^ low[bottom & 0xff]!;
    high[entry] = (top >>> 8) ^ high[bottom & 0xff]!;
  }
  return { low, high };
}

let crc32cTable: Int32Array | undefined;

/** CRC-32C (Castagnoli), reflected polynomial 0x82f63b78 (RFC 3720 appendix B.4). */
export function startCrc32c(): RunningChecksum {
  crc32cTable ??= makeTables(0, 0x82f63b78 | 0).low;
  const table = crc32cTable;
  let value = -1;
  return {
    update(data) {
      let at = 0;
      for (const end = data.length - 3; at < end; at += 4) {
        value ^= data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24);
        value =
          table[768 + (value & 0xff)]! ^
          table[512 + ((value >>> 8) & 0xff)]! ^
          table[256 + ((value >>> 16) & 0xff)]! ^
          table[value >>> 24]!;
      }
      for (; at < data.length; at++) value = table[(value ^ data[at]!) & 0xff]! ^ (value >>> 8);
    },
    digest: () => uint32(~value),
  };
}

let crc64Tables: ReturnType<typeof makeTables> | undefined;

/** CRC-64/NVME, reflected polynomial 0x9a6c9329ac4bc9b5 (NVM Express base specification). */
export function startCrc64Nvme(): RunningChecksum {
  crc64Tables ??= makeTables(0x9a6c9329 | 0, 0xac4bc9b5 | 0);
  const { low: lows, high: highs } = crc64Tables;
  let high = -1;
  let low = -1;
  return {
    update(data) {
      let at = 0;
      for (const end = data.length - 3; at < end; at += 4) {
        const next = low ^ (data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24));
        const [a, b] = [768 + (next & 0xff), 512 + ((next >>> 8) & 0xff)];
        const [c, d] = [256 + ((next >>> 16) & 0xff), next >>> 24];
        low = high ^ lows[a]! ^ lows[b]! ^ lows[c]! ^ lows[d]!;
        high = highs[a]! ^ highs[b]! ^ highs[c]! ^ highs[d]!;
      }
      for (; at < data.length; at++) {
        const entry = (low ^ data[at]!) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ lows[entry]!;
        high = (high >>> 8) ^ highs[entry]!;
      }
    },
    digest: () => Buffer.concat([uint32(~high), uint32(~low)]),
  };
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

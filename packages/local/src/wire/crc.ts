import { crc32 as nativeCrc32 } from "node:zlib";
import { createMemory, instantiate, reserve } from "@sightline/foundation/wasm-kernel";
import program from "../kernels/assembly/crc.ts?wasm";

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
    digest: () => bigEndian(BigInt(value), 4),
  };
}

const STATE_BYTES = 8;
const TABLES_BYTES = 16 * 256 * 8;
/** Bytes that are taken at once: with the tables they stay in the processor's first and second cache. */
const PIECE_BYTES = 64 * 1024;

/** Makes the checksums of one polynomial, in WebAssembly; all share its tables. */
class Crc {
  readonly #state: BigUint64Array;
  readonly #piece: Uint8Array;
  readonly #take: (bytes: number) => void;

  constructor(polynomialHigh: number, polynomialLow: number) {
    const memory = createMemory();
    const piece = STATE_BYTES + TABLES_BYTES;
    reserve(memory, piece + PIECE_BYTES);
    const { makeTables, update } = instantiate(program, memory);
    makeTables!(STATE_BYTES, polynomialHigh, polynomialLow);
    this.#state = new BigUint64Array(memory.buffer, 0, 1);
    this.#piece = new Uint8Array(memory.buffer, piece, PIECE_BYTES);
    this.#take = (bytes) => void update!(STATE_BYTES, 0, piece, bytes);
  }

  /** @param bytes of a checksum: 4 or 8 */
  start(bytes: number): RunningChecksum {
    const ones = BigInt.asUintN(bytes * 8, -1n);
    let value = ones;
    return {
      update: (data) => {
        this.#state[0] = value;
        for (let at = 0; at < data.length; at += PIECE_BYTES) {
          const piece = data.subarray(at, at + PIECE_BYTES);
          this.#piece.set(piece);
          this.#take(piece.length);
        }
        value = this.#state[0];
      },
      digest: () => bigEndian(value ^ ones, bytes),
    };
  }
}

let crc32c: Crc | undefined;
let crc64Nvme: Crc | undefined;

/** CRC-32C (Castagnoli), reflected polynomial 0x82f63b78 (RFC 3720 appendix B.4). */
export function startCrc32c(): RunningChecksum {
  crc32c ??= new Crc(0, 0x82f63b78);
  return crc32c.start(4);
}

/** CRC-64/NVME, reflected polynomial 0x9a6c9329ac4bc9b5 (NVM Express base specification). */
export function startCrc64Nvme(): RunningChecksum {
  crc64Nvme ??= new Crc(0x9a6c9329, 0xac4bc9b5);
  return crc64Nvme.start(8);
}

function bigEndian(value: bigint, bytes: number): Buffer {
  const whole = Buffer.alloc(8);
  whole.writeBigUInt64BE(value);
  return whole.subarray(8 - bytes);
}

import { decodeImagePayload, encodeImagePayload } from "../src/format/ir-header.js";
import { CorruptRecordError, frameRecord, RecordParser } from "../src/index.js";
import { PythonRandom } from "../src/list/python-random.js";

/** What a fuzz run saw. */
export interface FuzzCounts {
  readonly inputs: number;
  /** Records read out of mutated inputs. */
  readonly records: number;
  /** Typed errors. */
  readonly corrupt: number;
  /** Records read behind damage, after a resync. */
  readonly resynced: number;
}

/**
 * Reads mutated `.rec` inputs, cut into chunks anywhere, going on behind damage; throws for any error but
 * CorruptRecordError, for a payload past its bound, and when the parser stops moving.
 */
export function fuzzRecords(inputs: number, seed = 1): FuzzCounts {
  const random = new PythonRandom(seed);
  const counts = { inputs: 0, records: 0, corrupt: 0, resynced: 0 };
  const seeds = [0, 1, 2, 3].map((kind) => seedFile(random, kind));
  for (let i = 0; i < inputs; i++) {
    readMutated(mutate(seeds[i % seeds.length]!, random), random, counts);
    counts.inputs++;
  }
  return counts;
}

const MAX_RECORD = 4096;

function readMutated(
  bytes: Buffer,
  random: PythonRandom,
  counts: { records: number; corrupt: number; resynced: number },
): void {
  const parser = new RecordParser({ maxRecordBytes: MAX_RECORD });
  let lost = false;
  let damaged = false;
  const take = (call: () => boolean): boolean => {
    try {
      return call();
    } catch (error) {
      if (!(error instanceof CorruptRecordError)) throw error;
      if (error.byteOffset < 0 || error.byteOffset > bytes.length)
        throw new Error(`offset ${error.byteOffset}`);
      counts.corrupt++;
      damaged = true;
      return false;
    }
  };
  const chunk = random.below(4) === 0 ? 1 + random.below(64) : bytes.length;
  // As files are read: the beginning of a record is put in front of its rest by the reader.
  const carries = random.below(2) === 0;
  let steps = 0;
  for (let at = 0; at < bytes.length; at += chunk) {
    const next = bytes.subarray(at, at + chunk);
    parser.push(carries ? Buffer.concat([parser.takePending(), next]) : next);
    while (true) {
      if (++steps > bytes.length * 4 + 100) throw new Error("the parser does not move on");
      if (lost && !parser.resync()) break;
      lost = false;
      let more = false;
      const whole = take(() => {
        const record = parser.next();
        if (record === undefined) return true;
        more = true;
        if (record.payload.length > MAX_RECORD)
          throw new Error(`${record.payload.length} bytes past the bound`);
        counts.records++;
        if (damaged) counts.resynced++;
        take(() => decodeImagePayload(record.payload, record.byteOffset).labels.length >= 0);
        return true;
      });
      if (!whole) lost = true;
      else if (!more) break;
    }
  }
  take(() => {
    if (!lost) parser.end();
    return true;
  });
}

function seedFile(random: PythonRandom, kind: number): Buffer {
  const magic = Buffer.from("0a23d7ce", "hex");
  const records = Array.from({ length: 2 + kind }, (_, id) => {
    const image = Buffer.from(Array.from({ length: random.below(40) }, () => random.bits(8)));
    const body = kind >= 2 ? Buffer.concat([image.subarray(0, 8), magic, image, magic, magic]) : image;
    return frameRecord(encodeImagePayload({ id, labels: kind % 2 === 0 ? [id] : [id, 1, 2] }, body));
  });
  return Buffer.concat(records);
}

/** One to four changes: bits, bytes, words that mean something, cuts, insertions, copies. */
export function mutate(original: Buffer, random: PythonRandom): Buffer {
  let bytes = Buffer.from(original);
  for (let change = 1 + random.below(4); change > 0 && bytes.length > 0; change--) {
    const at = random.below(bytes.length);
    switch (random.below(7)) {
      case 0:
        bytes[at]! ^= 1 << random.below(8);
        break;
      case 1:
        bytes[at] = random.bits(8);
        break;
      case 2:
        // A header's word: any flag with a length that lies.
        if (bytes.length >= 8) bytes.writeUInt32LE(random.bits(32), (at & ~3) % (bytes.length - 4));
        break;
      case 3:
        bytes = bytes.subarray(0, at);
        break;
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(12))]);
        break;
      case 5:
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from("0a23d7ce", "hex"), bytes.subarray(at)]);
        break;
      default:
        bytes = Buffer.concat([bytes, bytes.subarray(at, at + random.below(40))]);
    }
  }
  return bytes;
}

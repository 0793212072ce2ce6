import { BLOCK, COMPONENTS, JpegMemory, ORDER, RESULT } from "./jpeg-memory.js";
import { PixelPlanes, type ReducedImage } from "./jpeg-planes.js";
import {
  DHT,
  DQT,
  DRI,
  EOI,
  isFrameHeader,
  type JpegFrame,
  type JpegScan,
  type JpegSegment,
  nextSegment,
  RST0,
  readFrame,
  readScan,
  SOI,
  SOS,
} from "./jpeg-segments.js";

/** What reading a JPEG to its last coefficient found. */
export interface JpegFindings {
  /** Why pixels are lost; undefined where none are. */
  readonly lost?: string;
  /** What is odd and harmless, such as `"12 extra bytes before marker 0xd9"`. */
  readonly notes: readonly string[];
  /** The image at a fraction of its size, where it was asked for and none of it is lost. */
  readonly image?: ReducedImage;
}

/** Extra bytes behind a scan that decoders take in unseen, because they read eight at once. */
const UNSEEN_BYTES = 7;

/**
 * Reads JPEGs to their last coefficient, as libjpeg does, and says what is wrong with them in one's own words: both decoders
 * at hand tell at most that something is. Sequential ones are made into smaller images on the way. One for each thread.
 */
class JpegReader {
  readonly #memory = new JpegMemory();

  /**
   * @param side pixels that each side of a block of 8 becomes: 4, 2 or 1; undefined makes no image
   * @returns undefined for a JPEG of an unusual kind: arithmetic coded, lossless, of 12 bits a sample, without tables
   */
  read(file: Uint8Array, side?: 1 | 2 | 4): JpegFindings | undefined {
    const memory = this.#memory;
    memory.load(file);
    const notes: string[] = [];
    let frame: JpegFrame | undefined;
    let planes: PixelPlanes | undefined;
    let interval = 0;
    let scans = 0;
    let at = 2;
    const tables = new Set<string>();
    while (true) {
      const segment = nextSegment(file, at);
      if (segment === undefined)
        return { lost: "the JPEG is truncated: it ends without an end marker", notes };
      const { marker, body, end, extra } = segment;
      if (extra > 0) notes.push(extraBytes(extra, marker));
      at = end;
      if (marker === EOI) break;
      if (marker === SOI) return undefined;
      if (marker === DRI) interval = (file[body]! << 8) | file[body + 1]!;
      else if (marker === DQT) {
        if (!this.#readFactors(file, segment)) return undefined;
      } else if (marker === DHT) {
        if (!this.#readTables(file, segment, tables)) return undefined;
      } else if (isFrameHeader(marker)) {
        if (frame !== undefined) return undefined;
        frame = readFrame(file, segment);
        if (frame === undefined) return undefined;
        planes = new PixelPlanes(memory, frame, side);
        if (side !== undefined && !planes.canInterleave) return undefined;
      } else if (marker === SOS) {
        const scan = frame && readScan(file, segment, frame);
        if (frame === undefined || planes === undefined || scan === undefined) return undefined;
        if (!hasTables(frame, scan, tables)) return undefined;
        const read = new ScanRun(memory, file, frame, planes, scan, interval).read(end, notes);
        if (typeof read === "string") return { lost: read, notes };
        at = read;
        scans += scan.from === 0 && !scan.refines ? scan.components.length : 0;
      }
    }
    if (frame === undefined || scans < frame.components.length) {
      return { lost: "the JPEG has lost its picture data: it ends before the first or last scan", notes };
    }
    const image = side === undefined ? undefined : planes!.image();
    return { notes, ...(image && { image }) };
  }

  #readFactors(file: Uint8Array, { body, end }: JpegSegment): boolean {
    for (let at = body; at < end; ) {
      const isWide = file[at]! >> 4 > 0;
      const table = file[at]! & 15;
      const length = isWide ? 128 : 64;
      if (table > 3 || at + 1 + length > end) return false;
      const factors = new Uint16Array(this.#memory.bytes.buffer, this.#memory.factors(table), 64);
      for (let k = 0; k < 64; k++) {
        factors[k] = isWide ? (file[at + 1 + 2 * k]! << 8) | file[at + 2 + 2 * k]! : file[at + 1 + k]!;
      }
      at += 1 + length;
    }
    return true;
  }

  #readTables(file: Uint8Array, { body, end }: JpegSegment, made: Set<string>): boolean {
    for (let at = body; at < end; ) {
      const kind = file[at]! >> 4 === 0 ? "dc" : "ac";
      const number = file[at]! & 15;
      const counts = file.subarray(at + 1, at + 17);
      const length = counts.reduce((sum, count) => sum + count, 0);
      if (number > 3 || length > 256 || at + 17 + length > end) return false;
      if (!this.#memory.makeTable(kind, number, file.subarray(at + 1, at + 17 + length))) return false;
      made.add(`${kind}${number}`);
      at += 17 + length;
    }
    return true;
  }
}

let reader: JpegReader | undefined;

/** {@link JpegReader.read} of this thread's reader, made when the first JPEG needs it. */
export function readJpeg(file: Uint8Array, side?: 1 | 2 | 4): JpegFindings | undefined {
  reader ??= new JpegReader();
  return reader.read(file, side);
}

function hasTables(frame: JpegFrame, scan: JpegScan, tables: ReadonlySet<string>): boolean {
  return scan.components.every(({ dcTable, acTable }) => {
    const needsDc = scan.from === 0 && !scan.refines;
    const needsAc = !frame.progressive || scan.from > 0;
    return (!needsDc || tables.has(`dc${dcTable}`)) && (!needsAc || tables.has(`ac${acTable}`));
  });
}

function extraBytes(count: number, marker: number): string {
  return `${count} extra byte${count === 1 ? "" : "s"} before marker 0x${marker.toString(16)}`;
}

/** One scan: its restart intervals, one after the other. */
class ScanRun {
  readonly #memory: JpegMemory;
  readonly #file: Uint8Array;
  readonly #frame: JpegFrame;
  readonly #scan: JpegScan;
  readonly #interval: number;
  /** Groups of blocks (MCUs) in a row and in all. */
  readonly #across: number;
  readonly #total: number;

  constructor(
    memory: JpegMemory,
    file: Uint8Array,
    frame: JpegFrame,
    planes: PixelPlanes,
    scan: JpegScan,
    interval: number,
  ) {
    this.#memory = memory;
    this.#file = file;
    this.#frame = frame;
    this.#scan = scan;
    const [across, down] = planes.groupsOf(scan);
    this.#across = across;
    this.#total = across * down;
    this.#interval = interval === 0 ? this.#total : interval;
    planes.describe(scan);
  }

  /** @returns where in the file it ends, or why pixels are lost */
  read(start: number, notes: string[]): number | string {
    const memory = this.#memory;
    let at = start;
    for (let first = 0, number = 0; first < this.#total; first += this.#interval, number++) {
      const count = Math.min(this.#interval, this.#total - first);
      const length = memory.kernels.unstuff(
        memory.addressOf(at),
        memory.addressOf(this.#file.length),
        memory.bits,
        RESULT,
      );
      at = memory.offsetOf(memory.words[RESULT / 4]!);
      const status = this.#decode(length, first, count);
      const [done, left] = memory.words.subarray(RESULT / 4, RESULT / 4 + 2) as unknown as [number, number];
      if (status !== 0) return this.#lost(status, first + done);
      const marker = this.#file[at + 1] ?? 0;
      if (first + count === this.#total) {
        if (left > UNSEEN_BYTES) notes.push(extraBytes(left, marker));
        break;
      }
      // What is left over in the middle of a scan were more blocks before it was damaged.
      if (left > UNSEEN_BYTES) return this.#lost(2, first + count);
      if (marker !== RST0 + (number % 8)) return this.#lost(3, first + count);
      at += 2;
    }
    return at;
  }

  #decode(length: number, first: number, count: number): number {
    const { bits, kernels, words } = this.#memory;
    const components = this.#scan.components.length;
    if (this.#frame.progressive) {
      const { from, to, refines } = this.#scan;
      const range = [first, count, from, to, refines ? 1 : 0];
      return kernels.decodeProgressive(bits, bits + length, COMPONENTS, components, ...range, RESULT);
    }
    // Each interval begins with differences to 0.
    for (let c = 0; c < components; c++) words[COMPONENTS / 4 + c * 9 + 8] = 0;
    const range = [first, count, this.#across];
    return kernels.decodeBaseline(
      bits,
      bits + length,
      COMPONENTS,
      components,
      ORDER,
      BLOCK,
      ...range,
      RESULT,
    );
  }

  #lost(status: number, done: number): string {
    const place = `${done} of ${this.#total} blocks`;
    switch (status) {
      case 1:
        return `the JPEG has lost picture data: they end after ${place}`;
      case 2:
        return `the JPEG's picture data are damaged: they make no sense after ${place}`;
      default:
        return `the JPEG has lost picture data: a restart marker is missing after ${place}`;
    }
  }
}

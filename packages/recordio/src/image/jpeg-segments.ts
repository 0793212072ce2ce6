/** A marker and what follows it up to the next one. */
export interface JpegSegment {
  /** Second byte of the marker (ITU T.81 table B.1). */
  readonly marker: number;
  /** Where its parameters lie, behind the length; both 0 bytes long for a marker that stands alone. */
  readonly body: number;
  readonly end: number;
  /** Bytes in front of the marker that belong to nothing. */
  readonly extra: number;
}

const SOF0 = 0xc0;
export const SOF2 = 0xc2;
export const DHT = 0xc4;
export const RST0 = 0xd0;
export const SOI = 0xd8;
export const EOI = 0xd9;
export const SOS = 0xda;
export const DQT = 0xdb;
export const DRI = 0xdd;

/**
 * The next segment from `at` on, as libjpeg looks for it: what is no marker is passed over and counted.
 *
 * @returns undefined when the bytes end before it does
 */
export function nextSegment(bytes: Uint8Array, at: number): JpegSegment | undefined {
  let extra = 0;
  let position = at;
  while (true) {
    while (position < bytes.length && bytes[position] !== 0xff) {
      position++;
      extra++;
    }
    while (bytes[position] === 0xff) position++;
    if (position >= bytes.length) return undefined;
    if (bytes[position] !== 0) break;
    // A stuffed byte outside of a scan.
    position++;
    extra += 2;
  }
  const marker = bytes[position]!;
  const body = position + 1;
  if (standsAlone(marker)) return { marker, body, end: body, extra };
  if (body + 2 > bytes.length) return undefined;
  const end = body + ((bytes[body]! << 8) | bytes[body + 1]!);
  return end < body + 2 || end > bytes.length ? undefined : { marker, body: body + 2, end, extra };
}

/** SOI, EOI, TEM and RSTn have no parameters. */
function standsAlone(marker: number): boolean {
  return marker === 0x01 || (marker >= RST0 && marker <= EOI);
}

/** SOF0 to SOF15 without DHT (C4), JPG (C8) and DAC (CC). */
export function isFrameHeader(marker: number): boolean {
  return marker >= SOF0 && marker <= 0xcf && marker !== DHT && marker !== 0xc8 && marker !== 0xcc;
}

/** One colour component of a frame header. */
export interface JpegComponent {
  readonly id: number;
  /** Sampling factors, 1 to 4. */
  readonly across: number;
  readonly down: number;
  readonly quantTable: number;
}

/** A frame header (SOFn). */
export interface JpegFrame {
  readonly width: number;
  readonly height: number;
  readonly progressive: boolean;
  readonly components: readonly JpegComponent[];
}

/** Reads a frame header. @returns undefined when it is none that is coded with Huffman codes and 8 bits a sample */
export function readFrame(bytes: Uint8Array, { marker, body, end }: JpegSegment): JpegFrame | undefined {
  const count = bytes[body + 5] ?? 0;
  const height = (bytes[body + 1]! << 8) | bytes[body + 2]!;
  const width = (bytes[body + 3]! << 8) | bytes[body + 4]!;
  if (marker > SOF2 || bytes[body] !== 8 || width === 0 || height === 0) return undefined;
  if (count < 1 || count > 4 || end - body !== 6 + 3 * count) return undefined;
  const components = Array.from({ length: count }, (_, n): JpegComponent => {
    const at = body + 6 + 3 * n;
    return {
      id: bytes[at]!,
      across: bytes[at + 1]! >> 4,
      down: bytes[at + 1]! & 15,
      quantTable: bytes[at + 2]!,
    };
  });
  const isGood = components.every(
    ({ across, down, quantTable }) => inRange(across) && inRange(down) && quantTable < 4,
  );
  return isGood ? { width, height, progressive: marker === SOF2, components } : undefined;
}

function inRange(factor: number): boolean {
  return factor >= 1 && factor <= 4;
}

/** A scan header (SOS). */
export interface JpegScan {
  readonly components: readonly {
    readonly component: JpegComponent;
    readonly dcTable: number;
    readonly acTable: number;
  }[];
  /** First and last coefficient, 0 to 63. */
  readonly from: number;
  readonly to: number;
  /** Whether the upper bits of its coefficients came in an earlier scan. */
  readonly refines: boolean;
}

/** Reads a scan header. @returns undefined when it does not fit the frame */
export function readScan(
  bytes: Uint8Array,
  { body, end }: JpegSegment,
  frame: JpegFrame,
): JpegScan | undefined {
  const count = bytes[body] ?? 0;
  if (count < 1 || count > 4 || end - body !== 4 + 2 * count) return undefined;
  const components = Array.from({ length: count }, (_, n) => {
    const at = body + 1 + 2 * n;
    const component = frame.components.find(({ id }) => id === bytes[at]);
    return { component, dcTable: bytes[at + 1]! >> 4, acTable: bytes[at + 1]! & 15 };
  });
  const [from, to, bits] = [bytes[end - 3]!, bytes[end - 2]!, bytes[end - 1]!];
  const isGood = components.every(
    ({ component, dcTable, acTable }) => component !== undefined && dcTable < 4 && acTable < 4,
  );
  if (!isGood) return undefined;
  if (frame.progressive && (from > to || to > 63 || (from > 0 && count > 1) || (from === 0 && to > 0)))
    return undefined;
  return { components: components as JpegScan["components"], from, to, refines: bits >> 4 > 0 };
}

import { outlines } from "./font-data.js";

/** A point of an outline in units of 1/1024 em, y up from the baseline. */
export interface OutlinePoint {
  readonly x: number;
  readonly y: number;
  /** False for a control point of a quadratic curve (TrueType's rules). */
  readonly onCurve: boolean;
}

/** One character's outline. */
export interface Glyph {
  /** Distance to the next character's origin in units of 1/1024 em. */
  readonly advance: number;
  readonly contours: readonly (readonly OutlinePoint[])[];
}

/** Units an em has in the outlines. */
export const UNITS_PER_EM = 1024;

/** Stands for characters that the font lacks: a white square. */
const MISSING = 0x25a1;

let glyphs: Map<number, Glyph> | undefined;

/** The outline for a code point; a square where the font has none. */
export function glyphFor(codePoint: number): Glyph {
  glyphs ??= readGlyphs(Buffer.from(outlines, "base64"));
  return glyphs.get(codePoint) ?? glyphs.get(MISSING)!;
}

/** The format is described in scripts/extract-font.py. */
function readGlyphs(bytes: Uint8Array): Map<number, Glyph> {
  const read = new Map<number, Glyph>();
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const unzigzag = (value: number) => (value & 1 ? -((value + 1) >> 1) : value >> 1);
  while (at < bytes.length) {
    const codePoint = varint();
    const advance = varint();
    let x = 0;
    let y = 0;
    const contours = Array.from({ length: varint() }, () =>
      Array.from({ length: varint() }, (): OutlinePoint => {
        const step = varint();
        x += unzigzag(step >> 1);
        y += unzigzag(varint());
        return { x, y, onCurve: (step & 1) === 1 };
      }),
    );
    read.set(codePoint, { advance, contours });
  }
  return read;
}

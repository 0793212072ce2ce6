import type { Yuv420Frame } from "./yuv-frame.js";

/** Red, green, blue, each 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** The samples of one colour in a frame. */
export interface YuvColor {
  readonly y: number;
  readonly u: number;
  readonly v: number;
}

/** Colours far apart in hue and lightness, for classes and tracks in turn. */
export const defaultPalette: readonly string[] = [
  "#ff3838",
  "#2c99a8",
  "#ffb21d",
  "#3d7bff",
  "#92cc17",
  "#cb38ff",
  "#00c2ff",
  "#ff701f",
  "#1a9334",
  "#ff95c8",
  "#8438ff",
  "#cfd231",
  "#00d4bb",
  "#b5651d",
  "#344593",
  "#48f90a",
];

/**
 * Reads `#rgb` or `#rrggbb`.
 *
 * @throws RangeError for anything else.
 */
export function parseColor(text: string): Rgb {
  const [, digits] = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text.trim()) ?? [];
  if (digits === undefined) {
    throw new RangeError(`"${text}" is no colour; write it as #rrggbb, for example #ff8800.`);
  }
  const long = digits.length === 3 ? [...digits].map((digit) => digit + digit).join("") : digits;
  const value = Number.parseInt(long, 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Whether dark text reads better than white on this colour (relative luminance of WCAG 2). */
export function wantsDarkText([red, green, blue]: Rgb): boolean {
  const linear = (byte: number) => (byte <= 10 ? byte / 3294.6 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue) > 0.34;
}

/** The colour's samples in the frame's matrix and range (ITU-R BT.601 and BT.709). */
export function toYuv(
  [red, green, blue]: Rgb,
  frame: Pick<Yuv420Frame, "height" | "range" | "matrix">,
): YuvColor {
  const hd = (frame.matrix ?? (frame.height >= 720 ? "bt709" : "bt601")) === "bt709";
  const kr = hd ? 0.2126 : 0.299;
  const kb = hd ? 0.0722 : 0.114;
  const luma = kr * red + (1 - kr - kb) * green + kb * blue;
  const cb = (blue - luma) / (2 * (1 - kb));
  const cr = (red - luma) / (2 * (1 - kr));
  if (frame.range === "full") return { y: byte(luma), u: byte(cb + 128), v: byte(cr + 128) };
  return {
    y: byte(16 + (luma * 219) / 255),
    u: byte(128 + (cb * 224) / 255),
    v: byte(128 + (cr * 224) / 255),
  };
}

function byte(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}

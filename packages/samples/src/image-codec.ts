import sharp from "sharp";

/** Draws an SVG and encodes it as a baseline JPEG of quality 90. */
export async function encodeJpeg(svg: string): Promise<Uint8Array> {
  return sharp(Buffer.from(svg)).flatten().jpeg({ quality: 90 }).toBuffer();
}

/** Encodes rgb24 pixels as a baseline JPEG of quality 90. */
export async function encodeRgb(
  rgb: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<Uint8Array> {
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
}

import sharp from "sharp";

/** Draws an SVG and encodes it as a baseline JPEG of quality 90. */
export async function encodeJpeg(svg: string): Promise<Uint8Array> {
  return sharp(Buffer.from(svg)).flatten().jpeg({ quality: 90 }).toBuffer();
}

import fc from "fast-check";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { readPictureHeader } from "./picture-header.js";

const side = fc.integer({ min: 1, max: 60 });

describe("readPictureHeader", () => {
  it.each<[string, "jpeg" | "png" | "webp" | "gif" | "tiff", boolean, (picture: Sharp) => Sharp]>([
    ["baseline JPEG", "jpeg", true, (p) => p.jpeg()],
    ["progressive JPEG", "jpeg", false, (p) => p.jpeg({ progressive: true })],
    ["JPEG with EXIF and colour profile", "jpeg", true, (p) => p.withMetadata({ orientation: 6 }).jpeg()],
    ["PNG", "png", true, (p) => p.png()],
    ["interlaced PNG", "png", false, (p) => p.png({ progressive: true })],
    ["lossy WebP", "webp", false, (p) => p.webp()],
    ["lossless WebP", "webp", false, (p) => p.webp({ lossless: true })],
    ["WebP with transparency", "webp", false, (p) => p.ensureAlpha(0.5).webp()],
    ["GIF", "gif", false, (p) => p.gif()],
    ["TIFF", "tiff", false, (p) => p.tiff()],
    ["tiled TIFF", "tiff", false, (p) => p.tiff({ tile: true, bigtiff: false })],
  ])("reads size and form of a %s", async (_, format, sequential, encode) => {
    await fc.assert(
      fc.asyncProperty(side, side, async (width, height) => {
        const picture = sharp({ create: { width, height, channels: 3, background: "#345" } });
        const bytes = await encode(picture).toBuffer();
        expect(readPictureHeader(bytes)).toEqual({ format, width, height, sequential });
      }),
      { numRuns: 20 },
    );
  });

  it("gives no answer to other bytes, and none to a header cut short", async () => {
    for (const text of ["", "hello", "<svg width='9' height='9'/>", "P6\n2 1\n255\nabcdef"])
      expect(readPictureHeader(Buffer.from(text))).toBeUndefined();
    const jpeg = await sharp({ create: { width: 9, height: 9, channels: 3, background: "#345" } })
      .jpeg()
      .toBuffer();
    for (let length = 0; length < jpeg.indexOf(Buffer.from([0xff, 0xc0])); length++)
      expect(readPictureHeader(jpeg.subarray(0, length))).toBeUndefined();
  });

  it("ends on any bytes behind any signature", () => {
    const signature = fc.constantFrom(
      [0xff, 0xd8, 0xff],
      [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
      [...Buffer.from("GIF89a")],
      [...Buffer.from("RIFF....WEBPVP8X")],
      [0x49, 0x49, 0x2a, 0],
      [0x4d, 0x4d, 0, 0x2a],
    );
    const property = fc.property(signature, fc.uint8Array({ maxLength: 400 }), (start, rest) => {
      const header = readPictureHeader(Uint8Array.from([...start, ...rest]));
      if (header) expect(Math.min(header.width, header.height)).toBeGreaterThan(0);
    });
    fc.assert(property, { numRuns: 2000 });
  });
});

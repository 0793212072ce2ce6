import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { recipeOf } from "../pack/pack-options.js";
import { BmpError, decodeBmp } from "./bmp.js";
import { isWholeImage } from "./image-check.js";
import { prepareImage } from "./prepare-image.js";

/** A bitmap with BITMAPINFOHEADER of 40 bytes, or 56 where there are four masks. */
function bmp(
  width: number,
  height: number,
  bits: number,
  rows: Buffer[],
  options: { palette?: number[][]; masks?: number[] } = {},
): Buffer {
  const { palette = [], masks = [] } = options;
  const headerBytes = masks.length === 4 ? 56 : 40;
  const start = 14 + headerBytes + (masks.length === 3 ? 12 : 0) + palette.length * 4;
  const stride = Math.ceil((width * bits) / 32) * 4;
  const file = Buffer.alloc(start + stride * Math.abs(height));
  file.write("BM", 0, "latin1");
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(start, 10);
  file.writeUInt32LE(headerBytes, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(bits, 28);
  file.writeUInt32LE(masks.length > 0 ? 3 : 0, 30);
  file.writeUInt32LE(palette.length, 46);
  for (const [at, mask] of masks.entries()) file.writeUInt32LE(mask >>> 0, 54 + 4 * at);
  for (const [at, [r, g, b]] of palette.entries()) {
    Buffer.from([b!, g!, r!, 0]).copy(file, start - 4 * (palette.length - at));
  }
  for (const [at, row] of rows.entries()) row.copy(file, start + stride * at);
  return file;
}

describe("decodeBmp", () => {
  it("reads 24 bits from the bottom up, and from the top down where the height is negative", () => {
    const rows = [Buffer.from([1, 2, 3, 4, 5, 6]), Buffer.from([7, 8, 9, 10, 11, 12])];
    expect([...decodeBmp(bmp(2, 2, 24, rows), 99).pixels]).toEqual([9, 8, 7, 12, 11, 10, 3, 2, 1, 6, 5, 4]);
    expect([...decodeBmp(bmp(2, -2, 24, rows), 99).pixels]).toEqual([3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10]);
  });

  it.each([
    [1, Buffer.from([0b01000000])],
    [4, Buffer.from([0x01, 0x00])],
    [8, Buffer.from([0, 1, 0])],
  ])("reads %i bits through a palette", (bits, row) => {
    const palette = [
      [10, 20, 30],
      [200, 210, 220],
    ];
    const { pixels, channels } = decodeBmp(bmp(3, 1, bits, [row], { palette }), 99);
    expect([...pixels]).toEqual([10, 20, 30, 200, 210, 220, 10, 20, 30]);
    expect(channels).toBe(3);
  });

  it("reads 16 bits of 5, 5, 5 and of 5, 6, 5", () => {
    const white = Buffer.from([0xff, 0x7f]);
    expect([...decodeBmp(bmp(1, 1, 16, [white]), 99).pixels]).toEqual([255, 255, 255]);
    const green = Buffer.from([0xe0, 0x07]);
    const masks = [0xf800, 0x07e0, 0x001f];
    expect([...decodeBmp(bmp(1, 1, 16, [green], { masks }), 99).pixels]).toEqual([0, 255, 0]);
  });

  it("reads alpha only where a mask says which bits it is", () => {
    const row = Buffer.from([1, 2, 3, 128]);
    expect([...decodeBmp(bmp(1, 1, 32, [row]), 99).pixels]).toEqual([3, 2, 1]);
    const masks = [0xff0000, 0xff00, 0xff, 0xff000000];
    const found = decodeBmp(bmp(1, 1, 32, [row], { masks }), 99);
    expect([...found.pixels]).toEqual([3, 2, 1, 128]);
    expect(found.channels).toBe(4);
  });

  it("throws BmpError, and nothing else, for whatever bytes", () => {
    const whole = bmp(5, 3, 8, [], { palette: Array.from({ length: 256 }, (_, at) => [at, at, at]) });
    fc.assert(
      fc.property(fc.nat(whole.length), fc.array(fc.tuple(fc.nat(60), fc.nat(255))), (length, changes) => {
        const bytes = Buffer.from(whole.subarray(0, length));
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        try {
          const { pixels, width, height, channels } = decodeBmp(bytes, 10_000);
          expect(pixels.length).toBe(width * height * channels);
        } catch (error) {
          expect(error).toBeInstanceOf(BmpError);
        }
      }),
      { seed: 11, numRuns: 2000 },
    );
  });
});

describe("a BMP", () => {
  it("is packed as any other image, and verified", async () => {
    const rows = Array.from({ length: 20 }, () => Buffer.alloc(90, 0x40));
    const image = bmp(30, 20, 24, rows);
    const prepared = await prepareImage("a.bmp", image, recipeOf({ encoding: "png" }), undefined);
    expect([prepared.width, prepared.height]).toEqual([30, 20]);
    expect([...(await sharp(prepared.bytes).raw().toBuffer()).subarray(0, 3)]).toEqual([0x40, 0x40, 0x40]);
    const through = await prepareImage("a.bmp", image, recipeOf({ passThrough: true }), undefined);
    expect(through.bytes).toEqual(image);
    expect(await isWholeImage(image)).toBeUndefined();
    expect(await isWholeImage(image.subarray(0, -40))).toMatch(/BMP is truncated/);
  });

  it("that is cut is refused with the bytes that it lacks", async () => {
    const image = bmp(30, 20, 24, []).subarray(0, 1000);
    const attempt = async () => await prepareImage("a.bmp", image, recipeOf({}), undefined);
    await expect(attempt()).rejects.toMatchObject({ problem: "truncated" });
    await expect(attempt()).rejects.toThrow("1894 bytes are needed, 1000 are there");
  });
});

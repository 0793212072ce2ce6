import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { imageSize } from "./image-size.js";
import { readJpegHeader } from "./jpeg-header.js";
import { photo } from "./test-photos.js";

describe("readJpegHeader", () => {
  it("reads sides, components and orientation", async () => {
    const header = readJpegHeader(await photo(40, 30, { orientation: 6 }));
    expect(header).toMatchObject({
      width: 40,
      height: 30,
      components: 3,
      precision: 8,
      orientation: 6,
      progressive: false,
    });
  });

  it("tells progressive and CMYK files", async () => {
    const image = sharp(await photo(16, 16));
    expect(readJpegHeader(await image.clone().jpeg({ progressive: true }).toBuffer())?.progressive).toBe(
      true,
    );
    expect(readJpegHeader(await image.clone().toColourspace("cmyk").jpeg().toBuffer())?.components).toBe(4);
  });

  it("is undefined for anything cut before the frame header, and never throws", async () => {
    const jpeg = await photo(40, 30, { orientation: 3 });
    const whole = readJpegHeader(jpeg);
    for (let length = 0; length < 400; length++) {
      const found = readJpegHeader(jpeg.subarray(0, length));
      expect(found === undefined || found.width === whole!.width).toBe(true);
    }
  });
});

describe("imageSize", () => {
  it.each(["jpeg", "png", "webp", "gif", "tiff"] as const)("knows %s", async (format) => {
    const size = imageSize(
      await sharp(await photo(40, 30))
        .toFormat(format)
        .toBuffer(),
    );
    expect(size).toEqual({ format, width: format === "tiff" ? 0 : 40, height: format === "tiff" ? 0 : 30 });
  });
});

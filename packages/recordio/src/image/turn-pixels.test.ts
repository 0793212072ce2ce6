import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { turnPixels } from "./turn-pixels.js";

describe("turnPixels", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])("turns orientation %i as libvips does", async (orientation) => {
    const words = Uint32Array.from({ length: 6 }, (_, at) => at * 40);
    const bytes = Buffer.from(words.map((word) => word | 0xff000000).buffer);
    const png = await sharp(bytes, { raw: { width: 3, height: 2, channels: 4 } })
      .withMetadata({ orientation })
      .tiff({ compression: "none" })
      .toBuffer();
    const wanted = await sharp(png).autoOrient().raw().toBuffer({ resolveWithObject: true });
    const found = turnPixels(words, 3, 2, orientation);
    expect([found.width, found.height]).toEqual([wanted.info.width, wanted.info.height]);
    expect([...found.pixels]).toEqual([...wanted.data].filter((_, at) => at % 4 === 0));
  });
});

import sharp from "sharp";
import { expect, it } from "vitest";
import { recipeOf } from "../pack/pack-options.js";
import { prepareImage } from "./prepare-image.js";
import { photo } from "./test-photos.js";

it("names each image's own reason, however many are broken at once", async () => {
  const source = sharp(await photo(200, 150));
  const png = await source.clone().png().toBuffer();
  const tiff = await source.clone().tiff({ compression: "lzw" }).toBuffer();
  const webp = await source.clone().webp().toBuffer();
  const gif = await source.clone().gif().toBuffer();
  const broken = (image: Buffer, at: number): Buffer => Buffer.from(image).fill(0, at, at + 40);
  const cases = Array.from({ length: 80 }, (_, n): [Buffer, RegExp] => {
    switch (n % 4) {
      case 0:
        return [broken(png, png.length >> 1), /^x\d+: the PNG is damaged: its chunk "IDAT" at byte/];
      case 1:
        return [broken(tiff, tiff.length >> 1), /^x\d+: the TIFF image is broken/];
      case 2:
        return [webp.subarray(0, webp.length >> 1), /^x\d+: the WEBP image is broken/];
      default:
        return [broken(gif, 10), /^x\d+: the GIF image is broken/];
    }
  });
  const recipe = recipeOf({ resize: { kind: "short-edge", pixels: 30 } });
  const reasons = await Promise.all(
    cases.map(async ([bytes], n) => {
      try {
        await prepareImage(`x${n}`, bytes, recipe, undefined);
        return "packed";
      } catch (error) {
        return (error as Error).message;
      }
    }),
  );
  for (const [n, reason] of reasons.entries()) {
    expect(reason === "packed" || cases[n]![1].test(reason), reason).toBe(true);
    expect(reason).not.toMatch(/unknown error|vips|libpng/i);
  }
  expect(reasons.filter((reason) => reason === "packed").length).toBeLessThan(25);
});

it("says of HEIC what helps", async () => {
  const heic = Buffer.from("0000001866747970686569630000000068656963", "hex");
  await expect(prepareImage("a.heic", heic, recipeOf({}), undefined)).rejects.toThrow(
    "a.heic: the HEIC image cannot be read by this libvips; save it as JPEG",
  );
});

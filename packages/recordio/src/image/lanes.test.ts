import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { recipeOf } from "../pack/pack-options.js";
import { readJpegHeader } from "./jpeg-header.js";
import { prepareImage } from "./prepare-image.js";
import { photo, pixelsOf, psnr } from "./test-photos.js";
import { TurboLane } from "./turbo-lane.js";

const lane = TurboLane.create();

describe.skipIf(lane === undefined)("the two lanes", () => {
  const cases = [
    ["halves", 640, 480, { resize: { kind: "short-edge", pixels: 210 } as const }],
    ["shrinks by five", 640, 480, { resize: { kind: "short-edge", pixels: 96 } as const }],
    ["enlarges", 100, 80, { resize: { kind: "short-edge", pixels: 150 } as const }],
    ["crops", 300, 200, { resize: { kind: "short-edge", pixels: 100 } as const, centerCrop: true }],
    ["distorts", 300, 200, { resize: { kind: "exact", width: 120, height: 150 } as const }],
    ["decodes to a half", 640, 480, { resize: { kind: "short-edge", pixels: 150 } as const }],
    ["decodes to an eighth", 640, 480, { resize: { kind: "short-edge", pixels: 40 } as const }],
    [
      "bilinear",
      640,
      480,
      { resize: { kind: "short-edge", pixels: 210 } as const, interpolation: "opencv-bilinear" as const },
    ],
  ] as const;

  it.each(cases)("agree within 38 dB at quality 95: %s", async (_, width, height, options) => {
    for (const orientation of [1, 6]) {
      const jpeg = await photo(width, height, { orientation });
      const auto = await prepareImage("a.jpg", jpeg, recipeOf(options), lane);
      const bytes = Buffer.from(auto.bytes);
      const slow = await prepareImage("a.jpg", jpeg, recipeOf({ ...options, lane: "sharp" }), lane);
      expect([auto.lane, slow.lane]).toEqual(["turbo", "sharp"]);
      expect([auto.width, auto.height]).toEqual([slow.width, slow.height]);
      expect(auto.notes).toEqual(slow.notes);
      expect(psnr(await pixelsOf(bytes), await pixelsOf(slow.bytes))).toBeGreaterThan(38);
    }
  });

  it.each([
    ["grey", (i: Sharp) => i.toColourspace("b-w").jpeg({ quality: 92 })],
    ["4:4:4", (i: Sharp) => i.jpeg({ quality: 92, chromaSubsampling: "4:4:4" })],
    ["progressive", (i: Sharp) => i.jpeg({ quality: 92, progressive: true })],
  ])("agree on a %s JPEG that shrinks by ten", async (_, encode) => {
    const jpeg = await encode(sharp(await photo(640, 480))).toBuffer();
    const options = { resize: { kind: "short-edge", pixels: 48 } } as const;
    const auto = await prepareImage("a.jpg", jpeg, recipeOf(options), lane);
    const bytes = Buffer.from(auto.bytes);
    const slow = await prepareImage("a.jpg", jpeg, recipeOf({ ...options, lane: "sharp" }), lane);
    expect([auto.lane, slow.lane]).toEqual(["turbo", "sharp"]);
    expect(psnr(await pixelsOf(bytes), await pixelsOf(slow.bytes))).toBeGreaterThan(36);
  });

  it("make the same of odd sides, decoded to a quarter or whole", async () => {
    const jpeg = await photo(641, 483);
    const recipe = recipeOf({ resize: { kind: "exact", width: 90, height: 64 } });
    const reduced = Buffer.from((await prepareImage("a.jpg", jpeg, recipe, lane)).bytes);
    const png = await sharp(jpeg).png().toBuffer();
    const whole = await prepareImage("a.png", png, recipe, lane);
    expect(psnr(await pixelsOf(reduced), await pixelsOf(whole.bytes))).toBeGreaterThan(38);
  });

  it("leave to sharp what is not resized: its exact transforms give the sizes of im2rec.py", async () => {
    const jpeg = await photo(120, 90);
    for (const options of [{}, { centerCrop: true }, { interpolation: "opencv-bilinear" as const }]) {
      expect((await prepareImage("x", jpeg, recipeOf(options), lane)).lane).toBe("sharp");
    }
  });

  it("leave PNG and CMYK to sharp", async () => {
    const recipe = recipeOf({ resize: { kind: "short-edge", pixels: 50 } });
    const jpeg = await photo(640, 480);
    const cmyk = await sharp(jpeg).toColourspace("cmyk").jpeg().toBuffer();
    for (const image of [await sharp(jpeg).png().toBuffer(), cmyk]) {
      const prepared = await prepareImage("x", image, recipe, lane);
      expect(prepared.lane).toBe("sharp");
      expect([prepared.width, prepared.height]).toEqual([66, 50]);
      expect(readJpegHeader(prepared.bytes)?.components).toBe(3);
    }
  });
});

import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { recipeOf } from "../pack/pack-options.js";
import { targetSize } from "./image-recipe.js";
import { imageSize } from "./image-size.js";
import { readJpegHeader } from "./jpeg-header.js";
import { prepareImage } from "./prepare-image.js";
import { TurboLane } from "./turbo-lane.js";
import { turnPixels } from "./turn-pixels.js";

/** A picture with structure at every scale, so that a wrong filter or a wrong turn shows. */
async function photo(width: number, height: number, options: { orientation?: number } = {}): Promise<Buffer> {
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      pixels[at] = (x * 255) / width;
      pixels[at + 1] = 128 + 60 * Math.sin(x / 9) * Math.cos(y / 7);
      pixels[at + 2] = (y * 255) / height;
    }
  }
  const image = sharp(pixels, { raw: { width, height, channels: 3 } }).jpeg({ quality: 92 });
  return await (options.orientation === undefined
    ? image
    : image.withMetadata({ orientation: options.orientation })
  ).toBuffer();
}

async function pixelsOf(image: Uint8Array): Promise<Buffer> {
  return await sharp(image).raw().toBuffer();
}

function psnr(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at]! - b[at]!) ** 2;
  return sum === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10((255 * 255 * a.length) / sum);
}

const lane = TurboLane.create();

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

describe("targetSize", () => {
  const shortEdge = { kind: "short-edge", pixels: 210 } as const;
  it.each([
    ["landscape", 640, 480, { resize: shortEdge, centerCrop: false }, 280, 210],
    ["portrait", 480, 641, { resize: shortEdge, centerCrop: false }, 210, 280],
    ["crop first", 640, 480, { resize: shortEdge, centerCrop: true }, 210, 210],
    ["as it is", 5, 7, { resize: undefined, centerCrop: false }, 5, 7],
    [
      "exact",
      640,
      480,
      { resize: { kind: "exact", width: 10, height: 20 } as const, centerCrop: false },
      10,
      20,
    ],
    [
      "fit",
      640,
      480,
      { resize: { kind: "fit", width: 100, height: 100 } as const, centerCrop: false },
      100,
      75,
    ],
    [
      "fit never enlarges",
      64,
      48,
      { resize: { kind: "fit", width: 100, height: 100 } as const, centerCrop: false },
      64,
      48,
    ],
    [
      "fit keeps a pixel",
      1000,
      1,
      { resize: { kind: "fit", width: 10, height: 10 } as const, centerCrop: false },
      10,
      1,
    ],
  ])("%s", (_, width, height, recipe, newWidth, newHeight) => {
    expect(targetSize(width, height, recipe)).toEqual({ width: newWidth, height: newHeight });
  });
});

describe.skipIf(lane === undefined)("the two lanes", () => {
  const cases = [
    ["halves", 640, 480, { resize: { kind: "short-edge", pixels: 210 } as const }],
    ["shrinks by five", 640, 480, { resize: { kind: "short-edge", pixels: 96 } as const }],
    ["enlarges", 100, 80, { resize: { kind: "short-edge", pixels: 150 } as const }],
    ["crops", 300, 200, { resize: { kind: "short-edge", pixels: 100 } as const, centerCrop: true }],
    ["distorts", 300, 200, { resize: { kind: "exact", width: 120, height: 150 } as const }],
    ["keeps", 120, 90, {}],
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

  it("leave strong reductions, PNG and CMYK to sharp", async () => {
    const recipe = recipeOf({ resize: { kind: "short-edge", pixels: 50 } });
    const jpeg = await photo(640, 480);
    const cmyk = await sharp(jpeg).toColourspace("cmyk").jpeg().toBuffer();
    for (const image of [jpeg, await sharp(jpeg).png().toBuffer(), cmyk]) {
      const prepared = await prepareImage("x", image, recipe, lane);
      expect(prepared.lane).toBe("sharp");
      expect([prepared.width, prepared.height]).toEqual([66, 50]);
      expect(readJpegHeader(prepared.bytes)?.components).toBe(3);
    }
  });
});

describe("prepareImage", () => {
  const recipe = recipeOf({ resize: { kind: "short-edge", pixels: 20 } });

  it.each([
    ["an empty file", async () => Buffer.alloc(0), "empty", /0 bytes/],
    [
      "text",
      async () => Buffer.from("this is no image at all"),
      "not-an-image",
      /not an image in a known format/,
    ],
    ["a cut JPEG", async () => (await photo(64, 48)).subarray(0, 800), "truncated", /no end marker/],
    [
      "a cut PNG",
      async () =>
        (
          await sharp(await photo(64, 48))
            .png()
            .toBuffer()
        ).subarray(0, 900),
      "truncated",
      /IEND/,
    ],
  ])("names %s", async (_, make, problem, message) => {
    const bytes = await make();
    for (const passThrough of [false, true]) {
      const attempt = async () => await prepareImage("a/b.jpg", bytes, { ...recipe, passThrough }, lane);
      await expect(attempt()).rejects.toMatchObject({ path: "a/b.jpg", problem });
      await expect(attempt()).rejects.toThrow(message);
    }
  });

  it("refuses more pixels than allowed before it decodes them", async () => {
    const image = await photo(100, 100);
    const attempt = async () => await prepareImage("x.jpg", image, { ...recipe, maxPixels: 9999 }, lane);
    await expect(attempt()).rejects.toMatchObject({ problem: "too-large" });
  });

  it.each(["antialias", "opencv-bilinear"] as const)(
    "refuses to make gigapixels of a strip (%s)",
    async (interpolation) => {
      const strip = sharp({ create: { width: 1, height: 30_000, channels: 3, background: "#808080" } });
      for (const image of [await strip.jpeg().toBuffer(), await strip.png().toBuffer()]) {
        for (const encoding of ["jpeg", "png"] as const) {
          const quality = encoding === "jpeg" ? 95 : 6;
          const wide = {
            ...recipe,
            resize: { kind: "short-edge", pixels: 300 },
            interpolation,
            encoding,
            quality,
          } as const;
          const attempt = async () => await prepareImage("x", image, wide, lane);
          await expect(attempt()).rejects.toMatchObject({ problem: "too-large" });
          await expect(attempt()).rejects.toThrow(/1x30000 pixels would become 300x9000000/);
        }
      }
    },
  );

  it("takes a JPEG with stray bytes between its markers with passThrough too", async () => {
    const whole = await photo(64, 48);
    const stray = Buffer.concat([whole.subarray(0, 2), Buffer.alloc(16, 1), whole.subarray(2)]);
    const prepared = await prepareImage("x.jpg", stray, { ...recipe, passThrough: true }, lane);
    expect(prepared).toMatchObject({ bytes: stray, width: 64, height: 48 });
  });

  it("refuses JPEGs of 12 bits, with passThrough too", async () => {
    const image = await photo(64, 48);
    // The sample precision is the first byte of the frame header.
    image[image.indexOf(Buffer.from([0xff, 0xc0])) + 4] = 12;
    for (const passThrough of [false, true]) {
      const attempt = async () => await prepareImage("x.jpg", image, { ...recipe, passThrough }, lane);
      await expect(attempt()).rejects.toMatchObject({ problem: "unsupported" });
    }
  });

  it.each([
    ["grey", (i: Sharp) => i.toColourspace("b-w").png(), "grey converted to RGB"],
    ["alpha", (i: Sharp) => i.ensureAlpha(0.5).png(), "transparent parts laid on #ffffff"],
    ["16 bits", (i: Sharp) => i.toColourspace("rgb16").png(), "ushort samples converted to 8 bits"],
    ["CMYK", (i: Sharp) => i.toColourspace("cmyk").jpeg(), "CMYK converted to RGB"],
  ])("makes three channels of %s, and says so", async (_, change, note) => {
    const image = await change(sharp(await photo(64, 48))).toBuffer();
    const prepared = await prepareImage("x", image, recipe, lane);
    expect(prepared.notes).toContain(note);
    expect((await sharp(prepared.bytes).metadata()).channels).toBe(3);
  });

  it.each([
    ["16 bits", (i: Sharp) => i.toColourspace("rgb16").png(), "ushort samples converted to 8 bits"],
    ["CMYK", (i: Sharp) => i.toColourspace("cmyk").jpeg(), "CMYK converted to RGB"],
    ["alpha, which JPEG has not,", (i: Sharp) => i.ensureAlpha(0.5).png(), "alpha left out"],
  ])("says what became of %s with color unchanged too", async (_, change, note) => {
    const image = await change(sharp(await photo(64, 48))).toBuffer();
    expect((await prepareImage("x", image, recipeOf({ color: "unchanged" }), lane)).notes).toEqual([note]);
  });

  it.each(["jpeg", "png"] as const)(
    "keeps one channel in a resized %s with color unchanged",
    async (encoding) => {
      const grey = await sharp(await photo(64, 48))
        .toColourspace("b-w")
        .png()
        .toBuffer();
      for (const interpolation of ["antialias", "opencv-bilinear"] as const) {
        const wanted = recipeOf({ ...recipe, color: "unchanged", encoding, quality: 9, interpolation });
        const { bytes, notes } = await prepareImage("x", grey, wanted, lane);
        expect(notes).toEqual([]);
        expect((await sharp(bytes).metadata()).channels).toBe(1);
      }
    },
  );

  it("lays transparent pixels on the background that is asked for", async () => {
    const clear = await sharp({
      create: { width: 9, height: 9, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer();
    const { bytes } = await prepareImage("x", clear, recipeOf({ background: "#ff0000" }), lane);
    expect((await pixelsOf(bytes))[0]).toBeGreaterThan(250);
    const dropped = await prepareImage("x", clear, recipeOf({ background: "drop" }), lane);
    expect((await pixelsOf(dropped.bytes))[0]).toBeLessThan(5);
  });

  it("writes one channel for grey, with the luma of JPEG", async () => {
    const red = await sharp({ create: { width: 8, height: 8, channels: 3, background: "#ff0000" } })
      .png()
      .toBuffer();
    const { bytes } = await prepareImage("x", red, recipeOf({ color: "grey" }), lane);
    expect(readJpegHeader(bytes)?.components).toBe(1);
    expect((await pixelsOf(bytes))[0]).toBe(76);
  });
});

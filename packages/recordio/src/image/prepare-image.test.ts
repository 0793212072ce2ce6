import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { recipeOf } from "../pack/pack-options.js";
import { readJpegHeader } from "./jpeg-header.js";
import { prepareImage } from "./prepare-image.js";
import { photo, pixelsOf } from "./test-photos.js";
import { TurboLane } from "./turbo-lane.js";

const lane = TurboLane.create();

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

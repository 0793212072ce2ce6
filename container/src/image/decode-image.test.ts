import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { ImageInputError } from "../shared/errors.js";
import { decodeImage } from "./decode-image.js";

/** Left half red, right half blue. */
function halves(): Sharp {
  const [width, height] = [40, 20];
  const pixels = Buffer.alloc(width * height * 3);
  for (let i = 0; i < width * height; i++) pixels[i * 3 + (i % width < 20 ? 0 : 2)] = 255;
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

const size = { width: 4, height: 2 };
const RED_BLUE = [255, 0, 0, 255, 0, 0, 0, 0, 255, 0, 0, 255];

describe("decodeImage", () => {
  it("gives RGB pixels, row by row, stretched to the size", async () => {
    const png = await halves().png().toBuffer();
    const pixels = await decodeImage(png, size);
    // Scaling blurs the border between the halves a little.
    expect([...pixels].map((value) => (value > 220 ? 255 : value < 35 ? 0 : value))).toEqual([
      ...RED_BLUE,
      ...RED_BLUE,
    ]);
  });

  it.each([
    [3, (picture: Sharp) => picture.rotate(180)],
    [6, (picture: Sharp) => picture.rotate(-90)],
    [8, (picture: Sharp) => picture.rotate(90)],
  ] as const)("turns a picture of EXIF orientation %i upright", async (orientation, turn) => {
    const turned = await turn(sharp(await halves().png().toBuffer()))
      .png()
      .toBuffer();
    const tagged = await sharp(turned)
      .withMetadata({ orientation })
      .jpeg({ quality: 100, chromaSubsampling: "4:4:4" })
      .toBuffer();
    const pixels = await decodeImage(tagged, { width: 2, height: 1 });
    expect(pixels[0]).toBeGreaterThan(200);
    expect(pixels[5]).toBeGreaterThan(200);
    expect(pixels[2]).toBeLessThan(60);
  });

  it.each([
    ["grey", (picture: Sharp) => picture.greyscale().png()],
    ["grey with transparency", (picture: Sharp) => picture.greyscale().ensureAlpha(0.5).png()],
    ["16 bits", (picture: Sharp) => picture.toColourspace("rgb16").png()],
    ["palette", (picture: Sharp) => picture.png({ palette: true })],
    ["CMYK", (picture: Sharp) => picture.toColourspace("cmyk").jpeg()],
    ["WebP", (picture: Sharp) => picture.webp()],
    ["GIF", (picture: Sharp) => picture.gif()],
    ["TIFF", (picture: Sharp) => picture.tiff()],
  ])("always gives three 8-bit channels: %s", async (_, encode) => {
    const pixels = await decodeImage(await encode(halves()).toBuffer(), size);
    expect(pixels).toHaveLength(24);
  });

  it.each([
    ["nothing", async () => new Uint8Array(0)],
    ["text", async () => new TextEncoder().encode("not an image")],
    [
      "a JPEG cut in half",
      async () => {
        const jpeg = await sharp({
          create: {
            width: 200,
            height: 200,
            channels: 3,
            background: "#123",
            noise: { type: "gaussian", mean: 128, sigma: 40 },
          },
        })
          .jpeg()
          .toBuffer();
        return jpeg.subarray(0, jpeg.length / 2);
      },
    ],
    ["SVG", async () => Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>`)],
    [
      "SVG behind the first bytes of a GIF",
      async () => Buffer.from(`GIF89a\t\0\t\0<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>`),
    ],
    ["PPM", async () => Buffer.from("P6\n1 1\n255\nabc")],
    ["AVIF, which the message does not offer", () => halves().avif().toBuffer()],
    [
      "a PNG larger than its header says",
      async () => {
        const png = await halves().png().toBuffer();
        // IHDR's width, its checksum left as it was.
        png.writeUInt32BE(20, 16);
        return png;
      },
    ],
  ])("refuses %s as unreadable", async (_, make) => {
    const error = await decodeImage(await make(), size).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ImageInputError);
    expect((error as ImageInputError).problem).toBe("unreadable");
  });

  it("refuses a picture above the pixel limit before decoding it", async () => {
    const png = await sharp({ create: { width: 101, height: 100, channels: 3, background: "#000" } })
      .png()
      .toBuffer();
    const error = await decodeImage(png, { ...size, maxPixels: 10_000 }).catch((thrown: unknown) => thrown);
    expect((error as ImageInputError).problem).toBe("too-large");
    expect((error as ImageInputError).message).toMatch(
      /101 x 100 = 10100 pixels, but the limit is 10000 pixels/,
    );
  });

  /** Bands of 10 pixels from left to right: red, green, blue. */
  const bands = (height: number): Promise<Buffer> => {
    const pixels = Buffer.alloc(30 * height * 3);
    for (let i = 0; i < 30 * height; i++) pixels[i * 3 + Math.floor((i % 30) / 10)] = 255;
    return sharp(pixels, { raw: { width: 30, height, channels: 3 } })
      .png()
      .toBuffer();
  };

  /** Whether all pixels are green but for what a kernel takes from their neighbours. */
  const isGreen = (rgb: Uint8Array): boolean =>
    rgb.every((value, i) => (i % 3 === 1 ? value > 200 : value < 55));

  it("cuts out the middle of a picture that is too wide or too high", async () => {
    const wide = await decodeImage(await bands(10), { width: 2, height: 2, fit: "crop" });
    expect(isGreen(wide)).toBe(true);
    const upright = await sharp(await bands(10))
      .rotate(90)
      .png()
      .toBuffer();
    const high = await decodeImage(upright, { width: 2, height: 2, fit: "crop" });
    expect(isGreen(high)).toBe(true);
  });

  it("cuts out less the longer the shorter side would be", async () => {
    // All of a square picture, and its middle third: the shorter side of three times the input.
    const whole = await decodeImage(await bands(30), { width: 3, height: 3, fit: "crop", resize: 3 });
    expect(whole[0]).toBeGreaterThan(200);
    const third = await decodeImage(await bands(30), { width: 3, height: 3, fit: "crop", resize: 9 });
    expect(isGreen(third)).toBe(true);
  });

  it("cuts the middle out of a strip without making it large first", async () => {
    const strip = await sharp({ create: { width: 40_000, height: 1, channels: 3, background: "#00f" } })
      .png()
      .toBuffer();
    const pixels = await decodeImage(strip, { width: 2, height: 2, fit: "crop", resize: 2000 });
    expect([...pixels.subarray(0, 3)]).toEqual([0, 0, 255]);
  });

  it("cuts the middle out of a picture that is stretched to more than the size", async () => {
    const third = await decodeImage(await bands(10), { width: 3, height: 3, fit: "stretch", resize: 9 });
    expect(isGreen(third)).toBe(true);
    const whole = await decodeImage(await bands(10), { width: 9, height: 9, fit: "stretch", resize: 9 });
    expect(whole).toEqual(await decodeImage(await bands(10), { width: 9, height: 9 }));
  });

  it("weighs pixels as the named kernel does", async () => {
    // One white pixel of eight in a row, made half as long. The values are Pillow 13's.
    const row = sharp(Buffer.from([0, 0, 0, 255, 0, 0, 0, 0]), { raw: { width: 8, height: 1, channels: 1 } });
    const png = await row.png().toBuffer();
    const reds = async (resample: "bilinear" | "bicubic" | "lanczos"): Promise<number[]> => {
      const pixels = await decodeImage(png, { width: 4, height: 1, resample });
      return [0, 1, 2, 3].map((i) => pixels[i * 3]!);
    };
    const expected = { bilinear: [0, 96, 32, 0], bicubic: [0, 109, 29, 0], lanczos: [0, 113, 34, 0] };
    for (const [resample, values] of Object.entries(expected)) {
      const found = await reds(resample as "bilinear");
      for (const [i, value] of values.entries())
        expect(Math.abs(found[i]! - value), resample).toBeLessThan(4);
    }
  });

  it("fills a letterbox's margin with the value that is asked for", async () => {
    const pixels = await decodeImage(await bands(10), {
      width: 30,
      height: 30,
      fit: "letterbox",
      padValue: 255,
    });
    expect([...pixels.subarray(0, 3)]).toEqual([255, 255, 255]);
  });

  it("puts the whole picture on grey for a letterbox", async () => {
    const pixels = await decodeImage(await bands(10), { width: 30, height: 30, fit: "letterbox" });
    const at = (x: number, y: number): number[] => [
      ...pixels.subarray((y * 30 + x) * 3, (y * 30 + x) * 3 + 3),
    ];
    expect([at(5, 2), at(5, 15), at(15, 15), at(25, 15), at(25, 27)]).toEqual([
      [114, 114, 114],
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
      [114, 114, 114],
    ]);
  });

  it("refuses a side above the limit before decoding, however few its pixels are", async () => {
    const strip = await sharp({ create: { width: 65_536, height: 1, channels: 3, background: "#000" } })
      .png()
      .toBuffer();
    const error = await decodeImage(strip, size).catch((thrown: unknown) => thrown);
    expect((error as ImageInputError).problem).toBe("too-large");
    expect((error as ImageInputError).message).toMatch(/the limit of a side is 65535 pixels/);
  });

  it("takes the part of the picture that a view names, and mirrors it", async () => {
    const png = await halves().png().toBuffer();
    const right = { left: 0.5, top: 0, width: 0.5, height: 1, flip: false };
    expect([...(await decodeImage(png, { width: 1, height: 1, view: right }))]).toEqual([0, 0, 255]);
    const mirrored = await decodeImage(png, {
      ...size,
      view: { left: 0, top: 0, width: 1, height: 1, flip: true },
    });
    expect([...mirrored.subarray(0, 3)]).toEqual([0, 0, 255]);
  });

  it("applies colour, rotation and shear without failing on small pictures", async () => {
    const png = await sharp({ create: { width: 2, height: 1, channels: 3, background: "#888" } })
      .png()
      .toBuffer();
    const view = {
      left: 0.9,
      top: 0.9,
      width: 0.8,
      height: 0.8,
      flip: true,
      colour: { brightness: 1.1, saturation: 0.8, hue: 10 },
      degrees: -7,
      shear: 0.1,
    };
    expect(await decodeImage(png, { ...size, view })).toHaveLength(24);
  });
});

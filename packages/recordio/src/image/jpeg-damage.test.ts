import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { recipeOf } from "../pack/pack-options.js";
import { isWholeImage } from "./image-check.js";
import { readJpeg } from "./jpeg-reader.js";
import { prepareImage } from "./prepare-image.js";
import { photo } from "./test-photos.js";
import { loadTurboAddon } from "./turbo-addon.js";
import { TurboLane } from "./turbo-lane.js";

const END = Buffer.of(0xff, 0xd9);
const lane = TurboLane.create();

/** Where the bytes of the last scan begin, about. */
function scanStart(jpeg: Buffer): number {
  return jpeg.lastIndexOf(Buffer.of(0xff, 0xda)) + 14;
}

const sources = {
  sequential: async () => await photo(160, 120),
  progressive: async () =>
    await sharp(await photo(160, 120))
      .jpeg({ progressive: true })
      .toBuffer(),
  grey: async () =>
    await sharp(await photo(160, 120))
      .toColourspace("b-w")
      .jpeg()
      .toBuffer(),
};

const damages: Readonly<Record<string, (jpeg: Buffer) => Buffer>> = {
  "cut in the middle, with an end marker": (jpeg) =>
    Buffer.concat([jpeg.subarray(0, scanStart(jpeg) + ((jpeg.length - scanStart(jpeg)) >> 1)), END]),
  "with a hole of 100 bytes": (jpeg) => {
    const at = scanStart(jpeg) + ((jpeg.length - scanStart(jpeg)) >> 2);
    return Buffer.concat([jpeg.subarray(0, at), jpeg.subarray(at + 100)]);
  },
};

describe("a damaged JPEG", () => {
  const lanes = [
    ["whole size", {}],
    ["nearly the size", { resize: { kind: "short-edge", pixels: 100 } }],
    ["a part of the size", { resize: { kind: "short-edge", pixels: 20 } }],
    ["sharp", { lane: "sharp" }],
    ["PNG", { encoding: "png", resize: { kind: "short-edge", pixels: 12 } }],
    ["opencv-bilinear", { interpolation: "opencv-bilinear", resize: { kind: "short-edge", pixels: 30 } }],
  ] as const;
  for (const [kind, make] of Object.entries(sources)) {
    for (const [damage, change] of Object.entries(damages)) {
      it.each(lanes)(`is refused (${kind}, ${damage}): %s`, async (_, options) => {
        const jpeg = change(await make());
        const attempt = async () => await prepareImage("a.jpg", jpeg, recipeOf(options), lane);
        await expect(attempt()).rejects.toMatchObject({ problem: "damaged", path: "a.jpg" });
        await expect(attempt()).rejects.toThrow(/picture data/);
      });

      it(`is found by verify (${kind}, ${damage})`, async () => {
        expect(await isWholeImage(change(await make()))).toMatch(/picture data/);
      });
    }
  }
});

describe("a JPEG with something odd that costs no pixel", () => {
  const odd: readonly [string, (jpeg: Buffer) => [Buffer, number, Buffer], string][] = [
    [
      "before a marker of the header",
      (jpeg: Buffer) => [jpeg.subarray(0, 20), 16, jpeg.subarray(20)],
      "0xdb",
    ],
    ["behind the picture data", (jpeg: Buffer) => [jpeg.subarray(0, -2), 40, jpeg.subarray(-2)], "0xd9"],
  ];
  const lanes = [
    ["auto", { resize: { kind: "short-edge", pixels: 100 } }],
    ["reduced", { resize: { kind: "short-edge", pixels: 20 } }],
    ["sharp", { lane: "sharp" }],
  ] as const;
  for (const [where, split, marker] of odd) {
    it.each(lanes)(`is packed, and told of: extra bytes ${where} (%s)`, async (_, options) => {
      const [before, count, after] = split(await photo(160, 120));
      const jpeg = Buffer.concat([before, Buffer.alloc(count, 0x11), after]);
      const { notes } = await prepareImage("a.jpg", jpeg, recipeOf(options), lane);
      expect(notes).toEqual([`${count} extra bytes before marker ${marker}`]);
      expect(await isWholeImage(jpeg)).toBeUndefined();
    });
  }
});

describe("the last rows of other formats", () => {
  it.each(["png", "tiff"] as const)("are decoded by verify: %s", async (format) => {
    const image = await sharp(await photo(300, 200))
      .toFormat(format, format === "tiff" ? { compression: "lzw" } : {})
      .toBuffer();
    expect(await isWholeImage(image)).toBeUndefined();
    const at = Math.floor(image.length * 0.95);
    image.fill(0, at, at + 32);
    expect(await isWholeImage(image)).toMatch(
      format === "png" ? /PNG is damaged: its chunk "IDAT"/ : /TIFF image is broken/,
    );
  });
});

/** Park and Miller's generator: the same numbers on every machine. */
function* numbers(seed: number): Generator<number, never, undefined> {
  for (let state = seed; ; ) {
    state = (state * 48271) % 2147483647;
    yield state / 2147483647;
  }
}

describe.skipIf(loadTurboAddon().addon === undefined)("what the reader says of changed JPEGs", () => {
  const addon = loadTurboAddon().addon!;
  it.each(["sequential", "progressive"] as const)("is what libjpeg-turbo says: %s", async (kind) => {
    const whole = await sharp(await photo(96, 64))
      .jpeg({ progressive: kind === "progressive" })
      .toBuffer();
    const out = Buffer.alloc(96 * 64 * 3);
    const random = numbers(kind.length);
    const start = whole.indexOf(Buffer.of(0xff, 0xda)) + 14;
    let lost = 0;
    for (let round = 0; round < 1500; round++) {
      const at = start + Math.floor(random.next().value * (whole.length - start - 2));
      const length = Math.floor(random.next().value * 60);
      const rest = whole.subarray(Math.min(whole.length - 2, at + length));
      const changed = Buffer.concat([whole.subarray(0, at), rest]);
      const findings = readJpeg(changed);
      if (findings?.lost !== undefined) lost++;
      let isClean = true;
      try {
        addon.decompressSync(changed, out, { format: addon.FORMAT_RGB });
      } catch {
        isClean = false;
      }
      // What libjpeg-turbo takes without a warning is whole here; what is lost here it warns of.
      if (isClean) expect(findings?.lost, `round ${round}`).toBeUndefined();
    }
    expect(lost).toBeGreaterThan(500);
  });

  it("never throws, and never makes an image of a lost one", async () => {
    const whole = await photo(80, 60);
    const random = numbers(7);
    for (let round = 0; round < 3000; round++) {
      const changed = Buffer.from(whole);
      for (let n = 0; n < 3; n++) {
        changed[2 + Math.floor(random.next().value * (whole.length - 2))] = Math.floor(
          random.next().value * 256,
        );
      }
      const findings = readJpeg(changed, 2);
      expect(findings?.lost !== undefined && findings.image !== undefined).toBe(false);
    }
  });
});

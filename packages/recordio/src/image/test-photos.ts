import sharp from "sharp";

/** A picture with structure at every scale, so that a wrong filter or a wrong turn shows. */
export async function photo(
  width: number,
  height: number,
  options: { orientation?: number } = {},
): Promise<Buffer> {
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

/** A picture as {@link photo}'s whose colours mean something else: with the profile Display P3. */
export async function profiledPhoto(width: number, height: number): Promise<Buffer> {
  const image = sharp(await photo(width, height)).withIccProfile("p3");
  return await image.jpeg().toBuffer();
}

/** Its pixels, decoded. */
export async function pixelsOf(image: Uint8Array): Promise<Buffer> {
  return await sharp(image).raw().toBuffer();
}

/** Likeness of two images in dB; infinite when they are equal. */
export function psnr(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) throw new RangeError(`${a.length} and ${b.length} bytes are of two sizes`);
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at]! - b[at]!) ** 2;
  return sum === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10((255 * 255 * a.length) / sum);
}

/** An image of four bytes a pixel, one number each. */
export interface TurnedPixels {
  readonly pixels: Uint32Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Turns an image upright, as its EXIF orientation (1 to 8) says.
 *
 * @param pixels `width` x `height` numbers, row by row, as stored
 */
export function turnPixels(
  pixels: Uint32Array,
  width: number,
  height: number,
  orientation: number,
): TurnedPixels {
  if (orientation <= 1 || orientation > 8) return { pixels, width, height };
  const swapped = orientation >= 5;
  const outWidth = swapped ? height : width;
  const outHeight = swapped ? width : height;
  const out = new Uint32Array(pixels.length);
  const { origin, right, down } = steps(orientation, width, height);
  for (let y = 0, at = 0; y < outHeight; y++) {
    let from = origin + y * down;
    for (let x = 0; x < outWidth; x++, from += right) out[at++] = pixels[from]!;
  }
  return { pixels: out, width: outWidth, height: outHeight };
}

/** Where the output's first pixel lies in the source, and the way from it to the next ones. */
function steps(orientation: number, w: number, h: number): { origin: number; right: number; down: number } {
  const lastRow = w * (h - 1);
  switch (orientation) {
    case 2: // mirrored left to right
      return { origin: w - 1, right: -1, down: w };
    case 3: // upside down
      return { origin: w * h - 1, right: -1, down: -w };
    case 4: // mirrored top to bottom
      return { origin: lastRow, right: 1, down: -w };
    case 5: // transposed
      return { origin: 0, right: w, down: 1 };
    case 6: // to be turned clockwise
      return { origin: lastRow, right: -w, down: 1 };
    case 7: // transposed the other way
      return { origin: w * h - 1, right: -w, down: -1 };
    default: // 8: to be turned anticlockwise
      return { origin: w - 1, right: w, down: -1 };
  }
}

/** Widest picture in characters; each shows two pixels, one above the other. */
const MOST_COLUMNS = 60;
const MOST_ROWS = 20;

/**
 * A picture in a terminal's colours: each character is the upper half of its cell in one pixel's colour, on the other
 * pixel's. Empty for what is no picture.
 *
 * @param columns width of the terminal in characters
 */
export async function terminalPicture(picture: Uint8Array, columns: number): Promise<string> {
  // Loaded here: it takes longer than `--help` may.
  const { default: sharp } = await import("sharp");
  const size = { width: Math.min(columns, MOST_COLUMNS), height: MOST_ROWS * 2 };
  const pixels = await sharp(picture)
    .rotate()
    .resize({ ...size, fit: "inside" })
    .flatten()
    .toColourspace("srgb")
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
    // The endpoint says what is wrong with it.
    .catch(() => undefined);
  if (pixels === undefined || pixels.info.channels !== 3) return "";
  const { data, info } = pixels;
  const colour = (x: number, y: number) => {
    const at = (y * info.width + x) * 3;
    return `${data[at]};${data[at + 1]};${data[at + 2]}`;
  };
  const lines: string[] = [];
  for (let y = 0; y < info.height; y += 2) {
    let line = "";
    for (let x = 0; x < info.width; x++) {
      const below = y + 1 < info.height ? `\u001b[48;2;${colour(x, y + 1)}m` : "";
      line += `\u001b[38;2;${colour(x, y)}m${below}▀`;
    }
    lines.push(`${line}\u001b[0m\n`);
  }
  return lines.join("");
}

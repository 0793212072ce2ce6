import sharp from "sharp";

/** Classes of the drawn pictures. */
export const SHAPES = ["disc", "square", "triangle", "stripes"] as const;

/** A small repeatable source of numbers of 0 to 1. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A JPEG of one shape in a random colour, size and place; synthetic, so its class is certain. */
export async function drawShape(label: number, seed: number): Promise<Uint8Array> {
  const random = numbers(seed * 7919 + label);
  for (let i = 0; i < 5; i++) random();
  const colour = (lightness: number): string => `hsl(${Math.floor(random() * 360)},70%,${lightness}%)`;
  const [back, front] = random() < 0.5 ? [colour(85), colour(35)] : [colour(20), colour(65)];
  const size = 26 + random() * 12;
  const x = size / 2 + 4 + random() * (56 - size);
  const y = size / 2 + 4 + random() * (56 - size);
  const h = size / 2;
  const shapes = [
    `<circle cx="${x}" cy="${y}" r="${h}" fill="${front}"/>`,
    `<rect x="${x - h}" y="${y - h}" width="${size}" height="${size}" fill="${front}"/>`,
    `<path d="M${x} ${y - h}L${x + h} ${y + h}L${x - h} ${y + h}Z" fill="${front}"/>`,
    [0, 1, 2, 3]
      .map(
        (i) =>
          `<rect x="${x - h}" y="${y - h + (i * size) / 4}" width="${size}" height="${size / 8}" fill="${front}"/>`,
      )
      .join(""),
  ];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64" fill="${back}"/>${shapes[label]}</svg>`;
  return await sharp(Buffer.from(svg)).jpeg({ quality: 92 }).toBuffer();
}

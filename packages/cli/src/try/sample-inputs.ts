/** A drawn picture: a BMP is no format that `serve` takes, a TIFF without compression is, and takes no encoder. */
export function samplePicture(width = 320, height = 240): Buffer {
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inside = (x - width / 2) ** 2 + (y - height / 2) ** 2 < (height / 3) ** 2;
      pixels.set(inside ? [200, 60, 40] : [(x * 255) / width, (y * 255) / height, 120], (y * width + x) * 3);
    }
  }
  return tiff(width, height, pixels);
}

/** TIFF 6.0, baseline RGB: header, one directory, the three numbers of BitsPerSample, pixels. */
function tiff(width: number, height: number, pixels: Buffer): Buffer {
  const [SHORT, LONG] = [3, 4];
  const count = 10;
  const extra = 8 + 2 + count * 12 + 4;
  const fields: [tag: number, type: number, count: number, value: number][] = [
    [256, LONG, 1, width],
    [257, LONG, 1, height],
    [258, SHORT, 3, extra],
    [259, SHORT, 1, 1],
    [262, SHORT, 1, 2],
    [273, LONG, 1, extra + 6],
    [277, SHORT, 1, 3],
    [278, LONG, 1, height],
    [279, LONG, 1, pixels.length],
    [284, SHORT, 1, 1],
  ];
  const head = Buffer.alloc(extra + 6);
  head.write("II*\0", "latin1");
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(count, 8);
  fields.forEach(([tag, type, length, value], i) => {
    const at = 10 + i * 12;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeUInt32LE(length, at + 4);
    head.writeUInt32LE(value, at + 8);
  });
  for (let i = 0; i < 3; i++) head.writeUInt16LE(8, extra + i * 2);
  return Buffer.concat([head, pixels]);
}

/** Frames of {@link sampleVideo}. */
export const SAMPLE_FRAMES = 12;

/** A drawn video, YUV4MPEG2 without compression, of {@link SAMPLE_FRAMES} frames: a bright square that moves. */
export function sampleVideo(width = 320, height = 240): Buffer {
  const parts = [Buffer.from(`YUV4MPEG2 W${width} H${height} F12:1 Ip A1:1 C420jpeg\n`)];
  for (let frame = 0; frame < SAMPLE_FRAMES; frame++) {
    const luma = Buffer.alloc(width * height, 60);
    for (let y = 90; y < 150; y++) luma.fill(230, y * width + 20 + frame * 15, y * width + 80 + frame * 15);
    parts.push(Buffer.from("FRAME\n"), luma, Buffer.alloc((width * height) / 2, 128));
  }
  return Buffer.concat(parts);
}

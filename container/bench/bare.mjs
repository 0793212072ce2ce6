// One process of `throughput.mjs`: decodes a picture and runs a model over and over, with nothing around it, by the decoder that serve takes.
//   node bench/bare.mjs MODEL_FOLDER IMAGE SECONDS
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeResizedJpeg } from "@sightline/recordio";
import { InferenceSession, Tensor } from "onnxruntime-node";
import sharp from "sharp";

const [folder, path, seconds] = process.argv.slice(2);
sharp.concurrency(1);
sharp.cache(false);
const { model, input } = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8"));
const { width, height, channels, scale, mean, std } = input;
const image = await readFile(path);
const session = await InferenceSession.create(join(folder, model), {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  extra: { session: { intra_op: { allow_spinning: "0" } } },
});

async function one() {
  const rgb =
    decodeResizedJpeg(image, () => ({ width, height }))?.rgb ??
    (await sharp(image, { autoOrient: true })
      .resize(width, height, { fit: "fill", kernel: "linear" })
      .removeAlpha()
      .raw()
      .toBuffer());
  const plane = width * height;
  const pixels = new Float32Array(3 * plane);
  for (let c = 0; c < 3; c++) {
    const from = channels === "RGB" ? c : 2 - c;
    for (let i = 0; i < plane; i++) pixels[c * plane + i] = (rgb[i * 3 + from] * scale - mean[c]) / std[c];
  }
  await session.run({ [session.inputNames[0]]: new Tensor("float32", pixels, [1, 3, height, width]) });
}

for (let i = 0; i < 5; i++) await one();
process.send("ready");
await new Promise((go) => process.once("message", go));
let count = 0;
for (const end = performance.now() + Number(seconds) * 1000; performance.now() < end; count++) await one();
process.send(count);
process.disconnect();

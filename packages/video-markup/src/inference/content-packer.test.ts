import { describe, expect, it } from "vitest";
import { inputSpec } from "../../test/support/input-spec.js";
import { frameGeometry } from "../detectors/geometry.js";
import type { InputSpec } from "../detectors/input-spec.js";
import { allocateInput, packFrame } from "../detectors/pack-frame.js";
import { createContentPacker } from "./content-packer.js";

const yolox = inputSpec({ fit: "letterbox-top-left", channels: "BGR" });

describe("createContentPacker", () => {
  it.each<[string, Partial<InputSpec>, number, number]>([
    ["bytes as they are", {}, 32, 18],
    ["scaled to 0-1, centred", { scale: 1 / 255, channels: "RGB", fit: "letterbox-center" }, 32, 18],
    ["a portrait frame, whose rows are shorter than the input's", { fit: "letterbox-center" }, 18, 32],
    ["mean and std for each channel", { mean: [1, 2, 3], std: [4, 5, 6], fit: "stretch" }, 20, 10],
    ["half precision", { dtype: "float16", scale: 1 / 255 }, 32, 18],
    ["bytes", { dtype: "uint8" }, 32, 18],
    ["signed bytes", { dtype: "int8", mean: [128, 128, 128] }, 32, 18],
    ["no batch axis", { layout: "CHW" }, 32, 18],
    ["channels last", { layout: "NHWC", channels: "RGB" }, 18, 32],
  ])("packs what packFrame packs from the padded picture: %s", (_, change, width, height) => {
    const spec = { ...yolox, ...change };
    const geometry = frameGeometry({ width, height }, spec);
    const { content, left, top } = geometry;
    const rgb = new Uint8Array(content.width * content.height * 3).map((_, i) => (i * 37 + 11) % 256);
    const padded = new Uint8Array(spec.width * spec.height * 3).fill(spec.padValue);
    for (let y = 0; y < content.height; y++) {
      const row = rgb.subarray(y * content.width * 3, (y + 1) * content.width * 3);
      padded.set(row, ((y + top) * spec.width + left) * 3);
    }
    const expected = allocateInput(spec);
    packFrame(padded, spec, expected);

    const packer = createContentPacker(spec, geometry);
    const pixels = content.width * content.height;
    const planes = new Uint8Array(pixels * 3);
    for (let i = 0; i < pixels; i++) {
      for (const [plane, channel] of [1, 2, 0].entries()) planes[plane * pixels + i] = rgb[i * 3 + channel]!;
    }
    // Twice, because the array is used again and again.
    packer.pack(new Uint8Array(rgb.length));
    packer.pack(packer.pixelFormat === "gbrp" ? planes : rgb);
    expect(packer.target).toEqual(expected);
  });
});

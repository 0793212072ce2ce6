import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPool, detectVideo } from "@sightline/video-markup";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeBrightSpotDetector } from "./support/bright-spots.js";
import { finish, records } from "./support/finish.js";
import { makeVideo } from "./support/make-video.js";

// SwiftShader computes Vulkan on the CPU: the WebGPU provider runs on it as on a GPU, only slower.
const icd = process.env.VK_ICD_FILENAMES ?? "/usr/lib/chromium/vk_swiftshader_icd.json";
const loader = ["/usr/lib/x86_64-linux-gnu/libvulkan.so.1", "/usr/lib/aarch64-linux-gnu/libvulkan.so.1"];
const missing = !existsSync(icd)
  ? `${icd} is not there (Debian's package chromium brings it)`
  : process.env.VK_ICD_FILENAMES === undefined && !loader.some(existsSync)
    ? "libvulkan.so.1 is not there (Debian's package libvulkan1)"
    : undefined;
if (missing) console.warn(`the WebGPU test is skipped: ${missing}`);

describe.skipIf(missing !== undefined)("the WebGPU provider", () => {
  let folder: string;
  const before = { icd: process.env.VK_ICD_FILENAMES, runtime: process.env.XDG_RUNTIME_DIR };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sightline-webgpu-"));
    process.env.VK_ICD_FILENAMES = icd;
    process.env.XDG_RUNTIME_DIR ??= folder;
  });

  afterAll(async () => {
    restore("VK_ICD_FILENAMES", before.icd);
    restore("XDG_RUNTIME_DIR", before.runtime);
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    ["one after the other", false],
    ["side by side with a free batch axis", true],
  ])("runs two videos on one GPU slot, %s, and finds what the CPU finds", async (_, free) => {
    const model = join(folder, "bright.onnx");
    await writeBrightSpotDetector(model, free);
    const videos = [join(folder, `a-${free}.mp4`), join(folder, `b-${free}.mp4`)];
    await makeVideo(videos[0]!, { seconds: 1 });
    await makeVideo(videos[1]!, { seconds: 1, extra: ["-vf", "hue=h=120"] });
    const pool = createPool({ workers: 2, gpuSlots: 1 });
    let most = 0;
    const options = { model, confidence: 0.5, pool };
    await Promise.all(
      videos.map(async (path) => {
        const job = detectVideo(path, `${path}.gpu`, { ...options, providers: ["webgpu"] });
        for await (const _ of job) most = Math.max(most, pool.pids.length);
        expect(await job).toMatchObject({ provider: "webgpu", refusedProviders: [] });
      }),
    );
    // One slot, one model loaded: the second video waits for the first one's host instead of a second copy.
    expect(most).toBe(1);
    for (const path of videos) {
      await finish(detectVideo(path, `${path}.cpu`, options));
      const [gpu, cpu] = [await records(`${path}.gpu`), await records(`${path}.cpu`)];
      expect(gpu).toHaveLength(25);
      for (const [n, frame] of cpu.entries()) {
        const boxes = (list: typeof frame.detections) =>
          list.map(({ xyxy }) => xyxy.map(Math.round).join(" ")).sort();
        expect(boxes(gpu[n]!.detections)).toEqual(boxes(frame.detections));
        for (const [i, { confidence }] of frame.detections.entries()) {
          expect(gpu[n]!.detections[i]!.confidence).toBeCloseTo(confidence, 3);
        }
      }
    }
    await pool.close();
  });
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

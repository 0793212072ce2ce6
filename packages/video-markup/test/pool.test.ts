import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPool, detectVideo } from "@sightline/video-markup";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeBrightSpotDetector } from "./support/bright-spots.js";
import { finish } from "./support/finish.js";
import { makeVideo } from "./support/make-video.js";

let folder: string;
let model: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-pool-"));
  model = join(folder, "bright.onnx");
  await writeBrightSpotDetector(model);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("eight videos at once over two hosts", () => {
  it("find what each finds alone, never use more hosts, and the short one does not wait", async () => {
    const videos = await Promise.all(
      Array.from({ length: 8 }, async (_, n) => {
        const path = join(folder, `video-${n}.mp4`);
        // Different pictures, so that frames that got into the wrong job would show.
        const extra = ["-vf", `hue=h=${n * 40},rotate=${n / 8}`];
        await makeVideo(path, { seconds: n === 7 ? 1 : 8, extra });
        return path;
      }),
    );
    const alone: string[] = [];
    const soloPool = createPool({ workers: 1 });
    for (const path of videos) {
      await finish(
        detectVideo(path, `${path}.alone`, { model, segmentSeconds: 1, confidence: 0.5, pool: soloPool }),
      );
      alone.push(await readFile(`${path}.alone`, "utf8"));
    }
    await soloPool.close();
    expect(new Set(alone).size).toBe(8);

    const pool = createPool({ workers: 2 });
    const order: number[] = [];
    let most = 0;
    await Promise.all(
      videos.map(async (path, n) => {
        const job = detectVideo(path, `${path}.together`, {
          model,
          segmentSeconds: 1,
          confidence: 0.5,
          pool,
        });
        for (;;) {
          const next = await job.next();
          most = Math.max(most, pool.pids.length);
          if (next.done === true) break;
        }
        order.push(n);
        expect(await readFile(`${path}.together`, "utf8")).toBe(alone[n]);
      }),
    );
    expect(most).toBe(2);
    expect(order[0]).toBe(7);
    await pool.close();
  });

  it("are served by fresh hosts when hosts are replaced after each task", async () => {
    const path = join(folder, "video-0.mp4");
    const pool = createPool({ workers: 2, tasksPerHost: 1 });
    const pids = new Set<number>();
    const job = detectVideo(path, `${path}.fresh`, { model, segmentSeconds: 1, confidence: 0.5, pool });
    for (;;) {
      const next = await job.next();
      for (const pid of pool.pids) pids.add(pid);
      if (next.done === true) break;
    }
    expect(pids.size).toBeGreaterThan(4);
    expect(await readFile(`${path}.fresh`, "utf8")).toBe(await readFile(`${path}.alone`, "utf8"));
    await pool.close();
  });
});

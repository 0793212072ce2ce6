import { readdir, readFile, writeFile } from "node:fs/promises";
import { createPool, detectVideo } from "@sightline/video-markup";
import { describe, expect, it } from "vitest";
import { writeBrightSpotDetector } from "./support/bright-spots.js";
import { finish, records } from "./support/finish.js";
import { makeVideo } from "./support/make-video.js";
import { useWorkbench } from "./support/workbench.js";

const bench = useWorkbench("pool");
const third = Buffer.from(new Float32Array([1 / 3]).buffer);

it.each(["workers", "gpuSlots", "silenceMs"] as const)("refuses %s that is no number", (name) => {
  expect(() => createPool({ [name]: Number.NaN })).toThrow(RangeError);
});

describe("eight videos at once over two hosts", () => {
  it("find what each finds alone, never use more hosts, and the short one does not wait", async () => {
    const videos = await Promise.all(
      Array.from({ length: 8 }, async (_, n) => {
        const path = bench.path(`video-${n}.mp4`);
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
        detectVideo(path, `${path}.alone`, {
          model: bench.model,
          segmentSeconds: 1,
          confidence: 0.5,
          pool: soloPool,
        }),
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
          model: bench.model,
          segmentSeconds: 1,
          confidence: 0.5,
          pool,
        });
        for await (const _ of job) most = Math.max(most, pool.pids.length);
        order.push(n);
        expect(await readFile(`${path}.together`, "utf8")).toBe(alone[n]);
      }),
    );
    expect(most).toBe(2);
    expect(order[0]).toBe(7);
    await pool.close();
  });

  it("send frames of several through the model together, and each finds what it finds alone", async () => {
    const pool = createPool({ workers: 1 });
    const together = async (model: string, name: string) => {
      const options = { model, segmentSeconds: 1, confidence: 0.5, batch: 3, pool };
      const paths = [0, 1, 2, 7].map((n) => bench.path(`video-${n}.mp4`));
      await Promise.all(paths.map((path) => finish(detectVideo(path, `${path}.${name}`, options))));
      expect(pool.pids).toHaveLength(1);
      return paths;
    };
    const free = bench.path("free.onnx");
    await writeBrightSpotDetector(free, true);
    for (const path of await together(free, "batch")) {
      expect(await readFile(`${path}.batch`, "utf8")).toBe(await readFile(`${path}.alone`, "utf8"));
    }
    const telling = bench.path("telling.onnx");
    await writeBrightSpotDetector(telling, true, true);
    const [first] = await together(telling, "told");
    const widths = (await records(`${first}.told`)).flatMap(({ detections }) =>
      detections.map(({ xyxy: [left, , right] }) => right - left),
    );
    // A cell is 20 pixels wide in the video; two frames in a run make it 40.
    expect(Math.max(...widths)).toBeGreaterThan(25);
    await pool.close();
  });

  it("fail when the pool is closed, those in the queue as well, and leave no host", async () => {
    const path = bench.path("long.mp4");
    await makeVideo(path, { seconds: 60 });
    const pool = createPool({ workers: 1 });
    const jobs = ["a", "b"].map(async (name) => {
      const options = { model: bench.model, segmentSeconds: 1, confidence: 0.5, pool };
      for await (const event of detectVideo(path, `${path}.${name}`, options)) {
        if (event.kind === "frames") await pool.close();
      }
    });
    for (const end of await Promise.allSettled(jobs)) {
      expect(end).toMatchObject({ status: "rejected", reason: { name: "HostError" } });
    }
    expect(pool.pids).toEqual([]);
    expect((await readdir(bench.folder)).filter((name) => /^long.mp4.[ab]$/.test(name))).toEqual([]);
  });

  it("are served by fresh hosts when hosts are replaced after each task", async () => {
    const path = bench.path("video-0.mp4");
    const pool = createPool({ workers: 2, tasksPerHost: 1 });
    const pids = new Set<number>();
    const job = detectVideo(path, `${path}.fresh`, {
      model: bench.model,
      segmentSeconds: 1,
      confidence: 0.5,
      pool,
    });
    for await (const _ of job) for (const pid of pool.pids) pids.add(pid);
    expect(pids.size).toBeGreaterThan(4);
    expect(await readFile(`${path}.fresh`, "utf8")).toBe(await readFile(`${path}.alone`, "utf8"));
    await pool.close();
  });
});

it("a model that takes another's name is the one that is run, by hosts that are at hand too", async () => {
  const pool = createPool({ workers: 1 });
  const [video, model] = [bench.path("renamed.mp4"), bench.path("renamed.onnx")];
  await makeVideo(video, { seconds: 1 });
  await writeBrightSpotDetector(model);
  const mostSure = async (name: string) => {
    await finish(detectVideo(video, bench.path(name), { model, confidence: 0.1, pool }));
    const found = await records(bench.path(name));
    return Math.max(...found.flatMap(({ detections }) => detections.map(({ confidence }) => confidence)));
  };
  const before = await mostSure("before.jsonl");
  const [host] = pool.pids;
  // The weights of the colours, a third each, become a quarter.
  const bytes = await readFile(model);
  for (const _ of [0, 1, 2]) bytes.writeFloatLE(0.25, bytes.indexOf(third));
  await writeFile(model, bytes);
  expect(await mostSure("after.jsonl")).toBeCloseTo(0.75 * before, 2);
  expect(pool.pids).toEqual([host]);
  await pool.close();
});

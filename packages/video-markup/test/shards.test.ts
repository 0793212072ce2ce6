import { copyFile, readFile } from "node:fs/promises";
import { detectVideo, joinShards, markUpVideo } from "@sightline/video-markup";
import { describe, expect, it } from "vitest";
import { finish } from "./support/finish.js";
import { fast, useWorkbench } from "./support/workbench.js";

const bench = useWorkbench("shards");

describe("a video in shards", () => {
  it("gives the same video by shards as in one go", async () => {
    const whole = bench.path("one-go.mp4");
    const sharded = bench.path("sharded.mp4");
    await finish(
      markUpVideo(bench.video, whole, { model: bench.model, ...fast, detectionsPath: `${whole}.jsonl` }),
    );
    // Each machine has its own copy of the model.
    const copy = bench.path("copy.onnx");
    await copyFile(bench.model, copy);
    // More shards than segments: some are empty.
    for (const index of [3, 1, 5, 2, 4]) {
      const model = index === 1 ? copy : bench.model;
      await finish(markUpVideo(bench.video, sharded, { model, ...fast, shard: { index, count: 5 } }));
    }
    const join5 = joinShards(bench.video, sharded, {
      count: 5,
      segmentSeconds: 1,
      detectionsPath: `${sharded}.jsonl`,
    });
    await finish(join5);
    expect(await readFile(sharded)).toEqual(await readFile(whole));
    expect(await readFile(`${sharded}.jsonl`, "utf8")).toBe(await readFile(`${whole}.jsonl`, "utf8"));
    expect(await bench.leftovers("sharded")).toEqual(["sharded.mp4", "sharded.mp4.jsonl"]);
  });

  it("detects by shards into files that, one behind the other, are the whole video's", async () => {
    const whole = bench.path("whole-records.jsonl");
    await finish(detectVideo(bench.video, whole, { model: bench.model, ...fast }));
    let joined = "";
    for (const index of [1, 2, 3]) {
      const part = bench.path(`part-${index}.jsonl`);
      await finish(
        detectVideo(bench.video, part, { model: bench.model, ...fast, shard: { index, count: 3 } }),
      );
      joined += await readFile(part, "utf8");
    }
    expect(joined).toBe(await readFile(whole, "utf8"));
  });

  it("says which shard is missing", async () => {
    const output = bench.path("missing.mp4");
    await finish(
      markUpVideo(bench.video, output, { model: bench.model, ...fast, shard: { index: 1, count: 2 } }),
    );
    await expect(finish(joinShards(bench.video, output, { count: 2 }))).rejects.toThrow(
      /shard 2\/2 is not finished/,
    );
  });
});

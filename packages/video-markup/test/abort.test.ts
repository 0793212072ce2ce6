import { createPool, markUpVideo } from "@sightline/video-markup";
import { describe, expect, it } from "vitest";
import { finish } from "./support/finish.js";
import { makeVideo } from "./support/make-video.js";
import { eventually, processesMentioning } from "./support/processes.js";
import { fast, useWorkbench } from "./support/workbench.js";

const bench = useWorkbench("abort");

describe("an aborted job", () => {
  it("rejects with the reason and leaves no file and no process", async () => {
    const pool = createPool({ workers: 2 });
    const output = bench.path("aborted.mp4");
    const long = bench.path("long-input.mp4");
    await makeVideo(long, { seconds: 20, size: "640x360" });
    const abort = new AbortController();
    const job = markUpVideo(long, output, { model: bench.model, ...fast, pool, signal: abort.signal });
    const reason = new Error("enough");
    const run = (async () => {
      for await (const event of job) if (event.kind === "frames") abort.abort(reason);
    })();
    await expect(run).rejects.toBe(reason);
    expect(await bench.leftovers("aborted")).toEqual([]);
    expect(await eventually(() => processesMentioning(long).length === 0)).toBe(true);
    await pool.close();
    expect(pool.pids).toEqual([]);
  });

  it("does nothing when the signal is aborted already, and leaving the loop is an abort", async () => {
    const output = bench.path("left.mp4");
    const signal = AbortSignal.abort(new Error("too late"));
    await expect(finish(markUpVideo(bench.video, output, { model: bench.model, signal }))).rejects.toThrow(
      "too late",
    );
    for await (const event of markUpVideo(bench.video, output, { model: bench.model, ...fast })) {
      if (event.kind === "frames") break;
    }
    expect(await bench.leftovers("left.mp4")).toEqual([]);
    expect(await eventually(() => processesMentioning(bench.video).length === 0)).toBe(true);
  });
});

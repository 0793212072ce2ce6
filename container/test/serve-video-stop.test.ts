import { join } from "node:path";
import { isRunning } from "@sightline/foundation/is-running";
import { describe, expect, it } from "vitest";
import { childrenOf } from "./support/program.js";
import { drawVideo, postVideo, videoEndpoint } from "./support/video-endpoint.js";

const endpoint = videoEndpoint();

describe("serve, video mark-up that is cut short", () => {
  it("stops a job whose caller has left, and removes its files", async () => {
    const { url } = await endpoint.shared();
    const leave = new AbortController();
    const job = postVideo(
      url,
      { input: "s3://videos/in/road 1.mp4", output: "s3://results/left/" },
      {},
      leave.signal,
    );
    await endpoint.working();
    leave.abort();
    await expect(job).rejects.toThrow();
    await endpoint.cleared();
    expect([...endpoint.s3.objects.keys()].filter((name) => name.startsWith("results/left"))).toEqual([]);
  });

  it("finishes the job in work on SIGTERM, then ends with all its processes", async () => {
    const program = await endpoint.serve();
    const job = postVideo(program.url, { input: "s3://videos/in/road 1.mp4", output: "s3://results/last/" });
    await endpoint.working();
    const children = await childrenOf(program.process.pid!);
    program.process.kill("SIGTERM");
    expect((await job).status, program.output()).toBe(200);
    expect(await program.ended, program.output()).toBe(0);
    expect(children.filter(isRunning)).toEqual([]);
  });

  it("answers 503 to a job that stopping cuts short, and removes its files", async () => {
    const program = await endpoint.serve({ SIGHTLINE_DRAIN_MS: "1" });
    const job = postVideo(program.url, { input: "s3://videos/in/road 1.mp4", output: "s3://results/cut/" });
    await endpoint.working();
    program.process.kill("SIGTERM");
    const response = await job;
    expect([response.status, response.headers.get("retry-after")], program.output()).toEqual([503, "1"]);
    expect(await response.json()).toMatchObject({ error: { code: "Stopping" } });
    expect(await program.ended).toBe(0);
    await endpoint.cleared();
  });

  it("goes on in the next container from what the one before had finished, to the same bytes", async () => {
    const { s3 } = endpoint;
    s3.objects.set("videos/in/long.mp4", await drawVideo(join(endpoint.root, "long.mp4"), 16));
    const ask = (url: string, folder: string) =>
      postVideo(url, { input: "s3://videos/in/long.mp4", output: `s3://results/${folder}/` });
    expect((await ask((await endpoint.shared()).url, "whole")).status).toBe(200);
    // Nobody tells the first container that its list has arrived: it cannot be done before it is stopped.
    const listed = s3.hold("results/parts/long_output.mp4.segments/list.json");
    const first = await endpoint.serve({ SIGHTLINE_DRAIN_MS: "1" });
    const answer = ask(first.url, "parts");
    await listed;
    first.process.kill("SIGTERM");
    expect((await answer).status, first.output()).toBe(503);
    expect(await first.ended).toBe(0);
    const next = await endpoint.serve();
    expect((await ask(next.url, "parts")).status, next.output()).toBe(200);
    expect(next.output()).toMatch(/Going on from [1-9]/);
    for (const name of ["long_output.mp4", "long_detections.jsonl"]) {
      const [whole, parts] = ["whole", "parts"].map((folder) => s3.objects.get(`results/${folder}/${name}`));
      expect(parts!.equals(whole!)).toBe(true);
    }
    expect([...s3.objects.keys()].filter((name) => name.includes(".segments/"))).toEqual([]);
  });
});

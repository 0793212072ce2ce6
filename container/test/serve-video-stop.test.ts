import { isRunning } from "@sightline/foundation/is-running";
import { describe, expect, it } from "vitest";
import { childrenOf } from "./support/program.js";
import { postVideo, videoEndpoint } from "./support/video-endpoint.js";

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
});

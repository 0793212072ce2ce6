import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildBrightDetector } from "./support/detector.js";
import { startProgram } from "./support/program.js";
import { postVideo, videoEndpoint } from "./support/video-endpoint.js";

const endpoint = videoEndpoint();

interface Line {
  readonly frame: number;
  readonly ptsSeconds: number;
  readonly detections: readonly { readonly className: string; readonly xyxy: readonly number[] }[];
}

function lines(text: string): Line[] {
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

describe("serve, video mark-up", () => {
  it("marks up a video of a bucket and puts video and detections into a bucket", async () => {
    const { url } = await endpoint.shared();
    const response = await postVideo(url, {
      input: "s3://videos/in/road 1.mp4",
      output: "s3://results/marked",
      isLive: true,
    });
    const answer = (await response.json()) as Record<string, unknown>;
    expect(response.status, JSON.stringify(answer)).toBe(200);
    expect(answer).toMatchObject({
      output: "s3://results/marked/road 1_output.mp4",
      detections: "s3://results/marked/road 1_detections.jsonl",
      frames: 20,
      framesWithDetections: 10,
      detectionCount: 10,
    });
    const records = lines(endpoint.s3.objects.get("results/marked/road 1_detections.jsonl")!.toString());
    expect(records).toHaveLength(20);
    expect(records[5]!.detections).toEqual([]);
    expect(records[15]!.detections[0]).toMatchObject({ className: "bright" });
    const expected = [16, 24, 24, 32];
    for (const [i, edge] of records[15]!.detections[0]!.xyxy.entries())
      expect(Math.abs(edge - expected[i]!)).toBeLessThan(1);
    const marked = endpoint.s3.objects.get("results/marked/road 1_output.mp4")!;
    expect(marked.subarray(4, 8).toString()).toBe("ftyp");
    // The detections come first: whoever waits for the video finds them.
    const puts = endpoint.s3.requests.filter((request) => request.startsWith("PUT"));
    expect(puts.at(-1)).toMatch(/_output\.mp4$/);
    await endpoint.cleared();
  });

  it("processes one frame on a dry run", async () => {
    const { url } = await endpoint.shared();
    const response = await postVideo(url, {
      input: "s3://videos/in/road 1.mp4",
      output: "s3://results/dry/",
      isLive: false,
    });
    expect(await response.json()).toMatchObject({ frames: 1, framesWithDetections: 0 });
  });

  it("marks up a video in the body, or answers its detections as JSON lines", async () => {
    const { url } = await endpoint.shared();
    const marked = await postVideo(url, endpoint.video);
    expect(marked.headers.get("content-type")).toBe("video/mp4");
    expect(marked.headers.get("x-sightline-frames")).toBe("20");
    expect(
      Buffer.from(await marked.arrayBuffer())
        .subarray(4, 8)
        .toString(),
    ).toBe("ftyp");
    const found = await postVideo(url, endpoint.video, { accept: "application/jsonlines" });
    expect(lines(await found.text()).filter(({ detections }) => detections.length > 0)).toHaveLength(10);
    await endpoint.cleared();
  });

  it("prepares frames as the manifest says", async () => {
    const found = async (input: object): Promise<number> => {
      const root = await mkdtemp(join(tmpdir(), "sightline-test-"));
      try {
        await mkdir(join(root, "model"));
        await writeFile(join(root, "model/detector.onnx"), buildBrightDetector());
        const options = { layout: "yolov8", confidence: 0.6 };
        const manifest = { schemaVersion: 1, task: "video-markup", model: "detector.onnx", input, options };
        await writeFile(join(root, "model/manifest.json"), JSON.stringify(manifest));
        const { url } = await endpoint.serve({}, root);
        const answer = await postVideo(url, endpoint.video, { accept: "application/jsonlines" });
        return lines(await answer.text()).filter(({ detections }) => detections.length > 0).length;
      } finally {
        await rm(root, { recursive: true });
      }
    };
    // Ten frames have a white square; at half the brightness no score reaches 0.6, and upside down all black cells do.
    expect(await found({ scale: 1 / 510 })).toBe(0);
    expect(await found({ mean: [1, 1, 1], std: [-1, -1, -1] })).toBe(20);
  });

  it("refuses wrong jobs with a status and a JSON message, and leaves nothing behind", async () => {
    const { url } = await endpoint.serve({
      SIGHTLINE_S3_ALLOWED: "s3://videos/in, s3://forbidden,s3://results/",
      SIGHTLINE_MAX_VIDEO_BYTES: String(endpoint.video.length),
    });
    endpoint.s3.objects.set("videos/in/long.mp4", Buffer.alloc(endpoint.video.length + 1));
    const input = "s3://videos/in/road 1.mp4";
    const output = "s3://results/x/";
    const before = endpoint.s3.objects.size;
    const cases: [unknown, number, string][] = [
      ["no object", 400, "InvalidJob"],
      [{ output }, 400, "InvalidLocation"],
      [{ input: "http://169.254.169.254/latest", output }, 400, "InvalidLocation"],
      [{ input: "s3://videos/in/", output }, 400, "InvalidJob"],
      [{ input: "s3://videos/inside/x.mp4", output }, 403, "LocationNotAllowed"],
      [{ input, output: "s3://elsewhere/x/" }, 403, "LocationNotAllowed"],
      [{ input, output, isLive: "yes" }, 400, "InvalidJob"],
      [{ input, output, options: { model: "/etc/passwd" } }, 400, "InvalidJob"],
      [{ input, output, options: { confidence: 2 } }, 400, "InvalidJob"],
      [{ input, output, mode: "fast" }, 400, "InvalidJob"],
      [{ input: "s3://videos/in/missing.mp4", output }, 404, "NoSuchKey"],
      [{ input: "s3://forbidden/x.mp4", output }, 403, "AccessDenied"],
      [{ input: "s3://videos/in/long.mp4", output }, 413, "VideoTooLarge"],
      [{ input: "s3://videos/in/text.mp4", output }, 400, "UnreadableVideo"],
    ];
    for (const [job, status, code] of cases) {
      const response = await postVideo(url, job);
      const answer = (await response.json()) as { error: { code: string; message: string } };
      expect([response.status, answer.error.code], JSON.stringify([job, answer])).toEqual([status, code]);
      // Paths of this machine are nobody's business.
      expect(answer.error.message).not.toContain(endpoint.root);
    }
    expect((await postVideo(url, Buffer.from("text"), { "content-type": "image/png" })).status).toBe(415);
    expect((await postVideo(url, Buffer.from("text"))).status).toBe(400);
    expect(endpoint.s3.objects.size).toBe(before);
    await endpoint.cleared();
  });

  it("answers 503 when too many jobs wait, and pings all the while", async () => {
    const { url } = await endpoint.serve({ SIGHTLINE_VIDEO_QUEUE: "1" });
    const jobs = Promise.all(
      [1, 2, 3, 4].map((i) =>
        postVideo(url, { input: "s3://videos/in/road 1.mp4", output: `s3://results/many${i}/` }),
      ),
    );
    expect((await fetch(`${url}/ping`)).status).toBe(200);
    const statuses = (await jobs).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 200, 503, 503]);
  });

  it("names no path of its own when a video is longer than the limit", async () => {
    const { url } = await endpoint.serve({ SIGHTLINE_MAX_VIDEO_SECONDS: "1" });
    const response = await postVideo(url, {
      input: "s3://videos/in/road 1.mp4",
      output: "s3://results/long/",
    });
    expect(response.status).toBe(413);
    const { error } = (await response.json()) as { error: { message: string } };
    expect(error.message).toMatch(/^the input lasts 2/);
  });

  it("ends at once with one clear line when the model is no detector", async () => {
    const folder = await mkdtemp(join(tmpdir(), "sightline-test-"));
    await mkdir(join(folder, "model"));
    const manifest = { schemaVersion: 1, task: "video-markup", model: "m.onnx" };
    await writeFile(join(folder, "model/manifest.json"), JSON.stringify(manifest));
    await writeFile(join(folder, "model/m.onnx"), "no model");
    const program = startProgram("serve", folder);
    expect(await program.ended).toBe(1);
    expect(program.output()).toMatch(
      /serve: The model m.onnx is no detector that can be served: Not an ONNX model/,
    );
    await rm(folder, { recursive: true });
  });
});

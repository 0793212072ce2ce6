import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, createWriteStream, existsSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import {
  createPool,
  detectVideo,
  FfmpegError,
  findFfmpeg,
  type MarkUpStreamProgress,
  markUpStream,
  probeVideo,
  UnreadableVideoError,
} from "@sightline/video-markup";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { writeBrightSpotDetector } from "./support/bright-spots.js";
import { finish, records } from "./support/finish.js";
import { makeVideo } from "./support/make-video.js";
import { eventually, processesMentioning } from "./support/processes.js";

const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const fast = { confidence: 0.6, encoding: { preset: "ultrafast" } } as const;
let folder: string;
let model: string;
let video: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-live-"));
  model = join(folder, "bright.onnx");
  video = join(folder, "source.ts");
  await writeBrightSpotDetector(model);
  await makeVideo(video, { seconds: 4 });
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A camera: ffmpeg's test picture in real time, from the moment at which somebody connects. */
async function startCamera(seconds: number): Promise<{ url: string; stop: () => void }> {
  const { path } = await findFfmpeg();
  const source = ["-re", "-f", "lavfi", "-i", `testsrc2=size=160x120:rate=25:duration=${seconds}`];
  const coding = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "12"];
  const args = ["-nostdin", "-loglevel", "error", ...source, ...coding, "-f", "mpegts", "pipe:1"];
  let film: ChildProcess | undefined;
  const server = createServer((socket) => {
    film = spawn(path, args, { stdio: ["ignore", "pipe", "ignore"] });
    socket.on("error", () => film?.kill("SIGKILL"));
    film.stdout!.pipe(socket);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as { port: number };
  return {
    url: `tcp://127.0.0.1:${port}`,
    stop() {
      film?.kill("SIGKILL");
      server.close();
    },
  };
}

async function framesIn(path: string): Promise<number> {
  return (await probeVideo(path)).index.pts.length;
}

describe("markUpStream", () => {
  it("finds in a piped video what detectVideo finds, and writes every frame at its time", async () => {
    const output = join(folder, "piped.mp4");
    const detectionsPath = join(folder, "piped.jsonl");
    const job = markUpStream(createReadStream(video), output, {
      model,
      detectionsPath,
      ...fast,
      onBehind: "wait",
    });
    const { result, events } = await finish(job);
    expect(result).toMatchObject({
      output,
      frames: 100,
      framesDropped: 0,
      durationSeconds: 4,
      provider: "cpu",
    });
    await finish(detectVideo(video, join(folder, "whole.jsonl"), { model, confidence: 0.6 }));
    const [piped, whole] = [await records(detectionsPath), await records(join(folder, "whole.jsonl"))];
    expect(piped.map(({ detections }) => detections)).toEqual(whole.map(({ detections }) => detections));
    for (const [n, { frame, ptsSeconds }] of piped.entries()) {
      expect(frame).toBe(n);
      expect(ptsSeconds).toBeCloseTo(whole[n]!.ptsSeconds, 6);
    }
    expect(events.at(-1)).toMatchObject({ kind: "frame", frames: 100, record: { frame: 99 } });
    const marked = await probeVideo(output);
    expect(marked.index.pts).toHaveLength(100);
    expect(marked.durationSeconds).toBeCloseTo(4, 2);
  });

  it("writes into a stream, and with tracks and traces, which need what came before", async () => {
    const path = join(folder, "streamed.mp4");
    const target = createWriteStream(path);
    const { result } = await finish(
      markUpStream(createReadStream(video), target, {
        model,
        ...fast,
        onBehind: "wait",
        track: true,
        annotate: ["trace", "box"],
        detectionsPath: join(folder, "tracked.jsonl"),
      }),
    );
    target.end();
    await finished(target);
    expect(result).toMatchObject({ output: undefined, frames: 100 });
    expect(await framesIn(path)).toBe(100);
    const ids = (await records(join(folder, "tracked.jsonl"))).flatMap(({ detections }) =>
      detections.flatMap(({ trackId }) => trackId ?? []),
    );
    expect(ids.length).toBeGreaterThan(100);
  });

  it("follows a camera until it is stopped: lines come while it runs, the file is whole", async () => {
    const camera = await startCamera(60);
    const output = join(folder, "camera.mp4");
    const detectionsPath = join(folder, "camera.jsonl");
    const stop = new AbortController();
    const job = markUpStream(camera.url, output, { model, detectionsPath, ...fast, stop: stop.signal });
    let linesMeanwhile = 0;
    for await (const { frames } of job) {
      if (frames < 50 || stop.signal.aborted) continue;
      linesMeanwhile = (await readFile(detectionsPath, "utf8")).split("\n").length - 1;
      stop.abort();
    }
    const result = await job;
    camera.stop();
    expect(linesMeanwhile).toBeGreaterThan(20);
    expect(result.frames).toBeGreaterThanOrEqual(50);
    // The camera would go on to 1,500.
    expect(result.frames).toBeLessThan(1500);
    expect(await framesIn(output)).toBe(result.frames);
    expect(await records(detectionsPath)).toHaveLength(result.frames);
    expect(await eventually(() => processesMentioning(output).length === 0)).toBe(true);
  });

  it("leaves frames out and counts them when the model is slower than the camera, and keeps up", async () => {
    // A decoder that takes 120 ms a frame: 8 frames/s of a camera's 25.
    const decoder = join(folder, "slow.mjs");
    await writeFile(
      decoder,
      "export default () => { const end = performance.now() + 120; while (performance.now() < end); return []; };",
    );
    const camera = await startCamera(8);
    const output = join(folder, "slow.mp4");
    const options = { model, decoderModule: decoder, ...fast };
    const { result } = await finish(markUpStream(camera.url, output, options));
    camera.stop();
    expect(result.frames + result.framesDropped).toBe(200);
    // However slow the machine is, more are left out than taken.
    expect(result.framesDropped).toBeGreaterThan(result.frames);
    expect(result.frames).toBeGreaterThan(5);
    expect(await framesIn(output)).toBe(result.frames);
  });

  it("is closed in order when the loop is left", async () => {
    const output = join(folder, "left.mp4");
    let seen: MarkUpStreamProgress | undefined;
    for await (const event of markUpStream(createReadStream(video), output, {
      model,
      ...fast,
      onBehind: "wait",
    })) {
      seen = event;
      if (event.frames >= 10) break;
    }
    expect(await framesIn(output)).toBeGreaterThanOrEqual(seen!.frames);
    expect(await eventually(() => processesMentioning(output).length === 0)).toBe(true);
  });

  it("ends after maxSeconds of the stream", async () => {
    const output = join(folder, "short.mp4");
    const options = { model, ...fast, maxSeconds: 1, onBehind: "wait" } as const;
    const { result } = await finish(markUpStream(createReadStream(video), output, options));
    expect(result).toMatchObject({ frames: 25, durationSeconds: 1 });
  });

  it("refuses what delivers no frame, and an output that cannot be written", async () => {
    const empty = new PassThrough();
    empty.end("this is no video");
    const output = join(folder, "none.mp4");
    await expect(finish(markUpStream(empty, output, { model }))).rejects.toThrow(UnreadableVideoError);
    const nowhere = "tcp://127.0.0.1:1";
    await expect(finish(markUpStream(createReadStream(video), nowhere, { model }))).rejects.toThrow(
      FfmpegError,
    );
    await expect(finish(markUpStream(video, video, { model }))).rejects.toThrow(TypeError);
    expect(await readdir(folder)).not.toContain("none.mp4");
  });

  it.skipIf(process.platform !== "linux")("ends at once when its detections cannot be written", async () => {
    const camera = await startCamera(60);
    const detectionsPath = "/dev/full";
    const options = { model, detectionsPath, ...fast };
    await expect(finish(markUpStream(camera.url, join(folder, "lost.mp4"), options))).rejects.toThrow(
      `the detections file ${detectionsPath} cannot be written: ENOSPC`,
    );
    camera.stop();
  });

  it("ends at once when it is aborted, with the reason, and leaves no process and no socket", async () => {
    const pool = createPool({ workers: 1 });
    const output = join(folder, "aborted.mp4");
    // Sockets lie in the folder for temporary files, which others use too.
    const temporary = await mkdtemp(join(folder, "tmp-"));
    vi.stubEnv("TMPDIR", temporary);
    const abort = new AbortController();
    const reason = new Error("enough");
    const source = new PassThrough();
    // Never ends, as a camera does not.
    createReadStream(video).pipe(source, { end: false });
    const run = (async () => {
      const options = { model, ...fast, pool, signal: abort.signal, onBehind: "wait" } as const;
      for await (const event of markUpStream(source, output, options))
        if (event.frames > 5) abort.abort(reason);
    })();
    await expect(run).rejects.toBe(reason);
    expect(await eventually(() => processesMentioning(output).length === 0)).toBe(true);
    expect(await readdir(temporary)).toEqual([]);
    vi.unstubAllEnvs();
    await pool.close();
  });
});

describe("video-markup --live", () => {
  it.skipIf(process.platform === "win32")(
    "takes standard input to standard output, and ends in order at Ctrl-C to the whole group",
    async () => {
      const { path } = await findFfmpeg();
      const marked = join(folder, "cli.mp4");
      const sender = `"${path}" -nostdin -loglevel error -re -stream_loop -1 -i "${video}" -c copy -f mpegts -`;
      const lines = join(folder, "cli.jsonl");
      const receiver = `"${process.execPath}" "${cli}" - --model "${model}" -o - --json --codec h264 --preset ultrafast --detections "${lines}"`;
      const shell = spawn("/bin/sh", ["-c", `${sender} | ${receiver} > "${marked}"`], {
        detached: true,
        stdio: ["ignore", "ignore", "pipe"],
      });
      let stderr = "";
      shell.stderr.on("data", (chunk) => {
        stderr += chunk;
      });
      const ended = new Promise<void>((resolve) => shell.once("close", () => resolve()));
      const written = () => existsSync(lines) && readFileSync(lines, "utf8").split("\n").length > 20;
      expect(await eventually(written, 60_000)).toBe(true);
      // As a terminal does it.
      process.kill(-shell.pid!, "SIGINT");
      await ended;
      // The sender says on its own that nobody listens any more.
      const json = stderr.split("\n").find((line) => line.startsWith("{"));
      const result = JSON.parse(json!) as { frames: number };
      expect(result.frames).toBeGreaterThan(10);
      expect(await framesIn(marked)).toBe(result.frames);
      expect(await eventually(() => processesMentioning(model).length === 0)).toBe(true);
    },
  );
});

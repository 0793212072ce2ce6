import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawShape, SHAPES } from "./support/draw-shapes.js";
import { classify, refusal, send } from "./support/invoke.js";
import { drawExamples, layOutJob, packExamples, removeJob } from "./support/job-folder.js";
import { startProgram } from "./support/program.js";
import { servers } from "./support/servers.js";

let root: string;
let pictures: Uint8Array[];
// One process starts faster; what needs two says so.
const { serve, shared } = servers(() => ({ root, env: { SIGHTLINE_WORKERS: "1" } }));

beforeAll(async () => {
  root = await layOutJob({
    train: packExamples(await drawExamples(80, 1)),
    validation: packExamples(await drawExamples(40, 900)),
    labels: SHAPES,
    hyperparameters: { num_classes: "4", num_training_samples: "80", epochs: "8" },
  });
  const program = startProgram("train", root);
  expect(await program.ended, program.output()).toBe(0);
  pictures = await Promise.all(Array.from({ length: 40 }, (_, i) => drawShape(i % 4, 900 + i)));
});
afterAll(() => removeJob(root));

describe("serve, image classification", () => {
  it("answers the probabilities that training measured", async () => {
    const { url } = await shared();
    const answers = await Promise.all(pictures.map((picture) => classify(url, picture)));
    const right = answers.filter((answer, i) => answer.indexOf(Math.max(...answer)) === i % 4).length;
    const manifest = JSON.parse(await readFile(join(root, "model/manifest.json"), "utf8"));
    // The same 40 pictures were the validation channel.
    expect(right / 40).toBeCloseTo(manifest.training.validationAccuracy, 6);
    const loss = answers.reduce((sum, answer, i) => sum - Math.log(answer[i % 4]!), 0) / 40;
    expect(loss).toBeCloseTo(manifest.training.validationCrossEntropy, 4);
    for (const answer of answers) expect(answer.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  });

  it("answers the same from model.tar.gz alone, one by one or together", async () => {
    const first = await serve({ SIGHTLINE_MAX_BATCH: "16", SIGHTLINE_WORKERS: "2" });
    const together = await Promise.all(pictures.map((picture) => classify(first.url, picture)));
    const folder = await mkdtemp(join(tmpdir(), "sightline-test-"));
    try {
      await mkdir(join(folder, "model"));
      execFileSync("tar", ["-czf", join(folder, "model.tar.gz"), "-C", join(root, "model"), "."]);
      execFileSync("tar", ["-xzf", join(folder, "model.tar.gz"), "-C", join(folder, "model")]);
      const second = await serve({}, folder);
      for (const [i, picture] of pictures.entries()) {
        const alone = await classify(second.url, picture);
        for (const [c, value] of alone.entries()) expect(value).toBeCloseTo(together[i]![c]!, 6);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("answers /ping and /execution-parameters, and JSON lines when asked", async () => {
    const { url } = await shared();
    expect((await fetch(`${url}/ping`)).status).toBe(200);
    expect((await fetch(`${url}/`)).status).toBe(404);
    expect((await fetch(`${url}/ping`, { method: "POST" })).status).toBe(405);
    expect((await fetch(`${url}/invocations`)).status).toBe(405);
    expect(await (await fetch(`${url}/execution-parameters`)).json()).toMatchObject({
      BatchStrategy: "SINGLE_RECORD",
      MaxPayloadInMB: 25,
    });
    const response = await send(url, pictures[0]!, { accept: "application/jsonlines" });
    expect(response.headers.get("content-type")).toBe("application/jsonlines");
    expect(JSON.parse(await response.text())).toEqual({ prediction: await classify(url, pictures[0]!) });
  });

  it("refuses what is no picture with a status and a JSON message, and goes on", async () => {
    const { url } = await serve({ SIGHTLINE_MAX_PAYLOAD_BYTES: "20000", SIGHTLINE_MAX_PIXELS: "5000" });
    const large = await sharp({ create: { width: 100, height: 51, channels: 3, background: "#000" } })
      .png()
      .toBuffer();
    const cases: [Uint8Array, Record<string, string>, number, string][] = [
      [Buffer.from("hello"), {}, 400, "UnreadableImage"],
      [pictures[0]!.subarray(0, pictures[0]!.length / 2), {}, 400, "UnreadableImage"],
      [
        Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>`),
        {},
        400,
        "UnreadableImage",
      ],
      [new Uint8Array(0), {}, 400, "EmptyBody"],
      [new Uint8Array(20_001), {}, 413, "PayloadTooLarge"],
      [large, { "content-type": "image/png" }, 413, "ImageTooLarge"],
      [Buffer.from("1,2"), { "content-type": "text/csv" }, 415, "UnsupportedContentType"],
    ];
    for (const [body, headers, status, code] of cases) {
      expect(await refusal(await send(url, body, headers))).toEqual([status, code]);
    }
    expect(await classify(url, pictures[0]!)).toHaveLength(4);
  });

  it("answers 413 to a large body while it is still being sent, with or without its length", async () => {
    const { url } = await serve({ SIGHTLINE_MAX_PAYLOAD_BYTES: "100000" });
    const large = Buffer.alloc(20 * 2 ** 20);
    expect((await send(url, large)).status).toBe(413);
    const chunks = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let i = 0; i < 320; i++) controller.enqueue(large.subarray(0, 65_536));
        controller.close();
      },
    });
    expect((await send(url, chunks)).status).toBe(413);
  });

  it("gives up on a sender that never finishes, and keeps nothing of it", async () => {
    const { url } = await serve({ SIGHTLINE_TIMEOUT_MS: "300", SIGHTLINE_MAX_QUEUE: "1" });
    const never = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(10)),
    });
    expect((await send(url, never)).status).toBe(504);
    expect(await classify(url, pictures[0]!)).toHaveLength(4);
  });
});

import { execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { drawShape, SHAPES } from "./support/draw-shapes.js";
import { drawExamples, layOutJob, packExamples, removeJob } from "./support/job-folder.js";
import { childrenOf, isAlive, type Program, startProgram, startServe } from "./support/program.js";

let root: string;
let pictures: Uint8Array[];
const running: Program[] = [];

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
afterEach(async () => {
  for (const program of running.splice(0)) {
    program.process.kill("SIGKILL");
    await program.ended;
  }
});

async function serve(
  env: Record<string, string> = {},
  folder = root,
): Promise<Program & { readonly url: string }> {
  // One process starts faster; what needs two says so.
  const program = await startServe(folder, { SIGHTLINE_WORKERS: "1", ...env });
  running.push(program);
  return program;
}

let shared: Promise<Program & { readonly url: string }> | undefined;

/** One server with the default settings for all tests that leave it as it is. */
function sharedServe(): Promise<Program & { readonly url: string }> {
  shared ??= serve().then((program) => {
    running.splice(running.indexOf(program), 1);
    return program;
  });
  return shared;
}

afterAll(async () => {
  if (!shared) return;
  const program = await shared;
  program.process.kill("SIGTERM");
  expect(await program.ended).toBe(0);
});

function send(url: string, body: Uint8Array, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/invocations`, {
    method: "POST",
    headers: { "content-type": "application/x-image", ...headers },
    body,
  });
}

async function classify(url: string, body: Uint8Array): Promise<number[]> {
  const response = await send(url, body);
  expect(response.status).toBe(200);
  return (await response.json()) as number[];
}

describe("serve, image classification", () => {
  it("answers the probabilities that training measured", async () => {
    const { url } = await sharedServe();
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
    const { url } = await sharedServe();
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
      [new Uint8Array(0), {}, 400, "EmptyBody"],
      [new Uint8Array(20_001), {}, 413, "PayloadTooLarge"],
      [large, { "content-type": "image/png" }, 413, "ImageTooLarge"],
      [Buffer.from("1,2"), { "content-type": "text/csv" }, 415, "UnsupportedContentType"],
    ];
    for (const [body, headers, status, code] of cases) {
      const response = await send(url, body, headers);
      const answer = (await response.json()) as { error: { code: string; message: string } };
      expect([response.status, answer.error.code]).toEqual([status, code]);
      expect(answer.error.message.length).toBeGreaterThan(20);
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
    const init = {
      method: "POST",
      headers: { "content-type": "image/png" },
      body: chunks,
      duplex: "half" as const,
    };
    expect((await fetch(`${url}/invocations`, init)).status).toBe(413);
  });

  it("gives up on a sender that never finishes, and keeps nothing of it", async () => {
    const { url } = await serve({ SIGHTLINE_TIMEOUT_MS: "300", SIGHTLINE_MAX_QUEUE: "1" });
    const never = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(10)),
    });
    const init = {
      method: "POST",
      headers: { "content-type": "image/png" },
      body: never,
      duplex: "half" as const,
    };
    const response = await fetch(`${url}/invocations`, init);
    expect(response.status).toBe(504);
    expect(await classify(url, pictures[0]!)).toHaveLength(4);
  });

  it("answers 503 with Retry-After when the queue is full, and pings all the while", async () => {
    const { url } = await serve({ SIGHTLINE_MAX_QUEUE: "4" });
    const flood = Promise.all(Array.from({ length: 60 }, (_, i) => send(url, pictures[i % 40]!)));
    const started = performance.now();
    expect((await fetch(`${url}/ping`)).status).toBe(200);
    expect(performance.now() - started).toBeLessThan(2000);
    const answers = await flood;
    const full = answers.filter(({ status }) => status === 503);
    expect(full.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(4);
    expect(answers.length).toBe(full.length + answers.filter(({ status }) => status === 200).length);
    expect(full[0]!.headers.get("retry-after")).toBe("1");
    expect((await send(url, pictures[0]!)).status).toBe(200);
  });

  it("loses no request when an inference process is killed, and starts another", async () => {
    const { url, process: server, output } = await serve({ SIGHTLINE_WORKERS: "2" });
    const before = await childrenOf(server.pid!);
    expect(before).toHaveLength(2);
    const work = Promise.all(pictures.map((picture) => classify(url, picture)));
    process.kill(before[0]!, "SIGKILL");
    expect(await work).toHaveLength(40);
    const deadline = Date.now() + 10_000;
    let after: number[] = [];
    while (Date.now() < deadline && (after.length < 2 || after.includes(before[0]!))) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      after = await childrenOf(server.pid!);
    }
    expect(after).toHaveLength(2);
    expect(after).not.toContain(before[0]);
    expect(output()).toMatch(/was ended by SIGKILL/);
  });

  it("finishes what is in work on SIGTERM, then ends with all its processes", async () => {
    const program = await serve();
    const children = await childrenOf(program.process.pid!);
    const work = Array.from({ length: 30 }, (_, i) => send(program.url, pictures[i]!));
    // The first answer shows that the others have been taken.
    await Promise.race(work);
    program.process.kill("SIGTERM");
    const statuses = (await Promise.all(work)).map(({ status }) => status);
    expect(statuses.every((status) => status === 200)).toBe(true);
    expect(await program.ended, program.output()).toBe(0);
    await expect(fetch(`${program.url}/ping`)).rejects.toThrow();
    expect(children.filter(isAlive)).toEqual([]);
  });

  it("leaves no process behind when it is killed", async () => {
    const program = await serve();
    const children = await childrenOf(program.process.pid!);
    program.process.kill("SIGKILL");
    await program.ended;
    const deadline = Date.now() + 5000;
    while (children.some(isAlive) && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(children.filter(isAlive)).toEqual([]);
  });
});

describe("a model that cannot be served", () => {
  async function copy(change: (model: string) => Promise<void>): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "sightline-test-"));
    await cp(join(root, "model"), join(folder, "model"), { recursive: true });
    await change(join(folder, "model"));
    return folder;
  }
  const editManifest = (edit: (manifest: Record<string, unknown>) => void) => async (model: string) => {
    const path = join(model, "manifest.json");
    const manifest = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
    edit(manifest);
    await writeFile(path, JSON.stringify(manifest));
  };

  it.each<[string, (model: string) => Promise<void>, RegExp]>([
    ["no manifest", (model) => rm(join(model, "manifest.json")), /no usable manifest.json/],
    [
      "no model file",
      (model) => rm(join(model, "model.onnx")),
      /names the model "model.onnx", which is not in the model folder/,
    ],
    [
      "a text file as the model",
      (model) => writeFile(join(model, "model.onnx"), "hello"),
      /Not an ONNX model/,
    ],
    [
      "a model outside the folder",
      editManifest((m) => {
        m.model = "../../etc/passwd";
      }),
      /must be the name of a file beside it/,
    ],
    [
      "another input size",
      editManifest((m) => {
        m.input = { ...(m.input as object), width: 50 };
      }),
      /needs one input of float32 \[N,3,96,50\], but has pixels/,
    ],
    [
      "labels that do not fit",
      editManifest((m) => {
        m.labels = ["a", "b"];
      }),
      /answers 4 values a picture, but manifest.json names 2 labels/,
    ],
    [
      "an unknown task",
      editManifest((m) => {
        m.task = "poetry";
      }),
      /manifest.task must be one of image-classification, video-markup/,
    ],
    [
      "a newer schema",
      editManifest((m) => {
        m.schemaVersion = 2;
      }),
      /manifest.schemaVersion must be 1, but is 2/,
    ],
  ])("ends serve with one clear line: %s", async (_, change, message) => {
    const folder = await copy(change);
    try {
      const program = startProgram("serve", folder, { SIGHTLINE_WORKERS: "1" });
      expect(await program.ended).toBe(1);
      const line = program
        .output()
        .split("\n")
        .find((text) => text.startsWith("serve: "));
      expect(line).toMatch(message);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("ends serve when the port is in use", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as { port: number };
    const program = startProgram("serve", root, { SAGEMAKER_BIND_TO_PORT: String(port) });
    expect(await program.ended).toBe(1);
    expect(program.output()).toMatch(
      `Cannot listen on port ${port}: it is in use. Set SAGEMAKER_BIND_TO_PORT`,
    );
    other.close();
  });
});

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { drawPictures } from "@sightline/samples";
import { createSession, getEndpoint } from "@sightline/sdk";
import { chromium } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";

const example = fileURLToPath(new URL("..", import.meta.url));
const chromiumPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  existsSync,
);

interface Started {
  readonly url: string;
  readonly folder: string;
  readonly env: Record<string, string>;
}
let folder: string;
let program: ChildProcess | undefined;
let started: Started | undefined;
let why = "";
let jpeg: Buffer;

/** Starts the example as its README says; one that cannot have MiniStack leaves `started` undefined. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-rest-api-test-"));
  const drawn = await drawPictures({
    folder: join(folder, "pictures"),
    perClass: 8,
    sidePixels: 64,
    seed: 9,
  });
  const circles = join(drawn.folder, "circle");
  jpeg = await readFile(join(circles, (await readdir(circles)).sort()[0]!));
  program = spawn(process.execPath, ["dist/main.js", "--json", "--emulator-port", "0"], {
    cwd: example,
    stdio: ["ignore", "pipe", "pipe"],
  });
  program.stderr!.on("data", (text) => {
    why = (why + text).slice(-4000);
  });
  const ended = once(program, "close");
  const line = await Promise.race([
    once(createInterface({ input: program.stdout! }), "line"),
    ended.then(() => []),
  ]);
  if (typeof line[0] === "string") started = JSON.parse(line[0]);
  else if (!why.includes("could not be installed")) throw new Error(why);
});

afterAll(async () => {
  if (program !== undefined && program.exitCode === null) {
    program.kill("SIGINT");
    await once(program, "close");
  }
  await rm(folder, { recursive: true, force: true });
});

/** A test of the running example, skipped with the reason where MiniStack cannot be had. */
const live = (title: string, work: (example: Started, skip: (why: string) => never) => Promise<void>) =>
  test(title, async ({ skip }) => {
    if (started === undefined) skip(`MiniStack cannot be had: ${why.trim().split("\n").at(-1)}`);
    await work(started!, skip);
  });

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** Emulators tell APIs apart by the Host header; not every resolver knows names below localhost. */
function request(
  url: string,
  method = "GET",
  headers: Record<string, string> = {},
  body?: Uint8Array | string,
) {
  const { hostname, port, host, pathname } = new URL(url);
  expect(hostname).toMatch(/\.execute-api\.localhost$/);
  return new Promise<Answer>((resolve, reject) => {
    const asked = http.request(
      { host: "127.0.0.1", port, method, path: pathname, headers: { ...headers, host } },
      async (response) => {
        let text = "";
        for await (const piece of response.setEncoding("utf8")) text += piece;
        resolve({ status: response.statusCode!, headers: response.headers, text });
      },
    );
    asked.once("error", reject);
    asked.end(body);
  });
}

const classify = (url: string, type: string, body: Uint8Array | string) =>
  request(`${url}classify`, "POST", { "content-type": type }, body);
const classesOf = ({ text }: Answer): { className: string; probability: number }[] =>
  JSON.parse(text).predictions;

live(
  "a picture is classified alike as JPEG and as base64 in JSON, and as PNG and WebP too",
  async ({ url }) => {
    const plain = await classify(url, "image/jpeg", jpeg);
    expect(plain.status, plain.text).toBe(200);
    const predictions = classesOf(plain);
    expect(predictions).toHaveLength(8);
    expect(predictions[0]!.className).toBe("circle");
    expect(predictions.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 3);
    const json = await classify(url, "application/json", JSON.stringify({ data: jpeg.toString("base64") }));
    expect(json.text).toBe(plain.text);
    for (const format of ["png", "webp"] as const) {
      const body = await sharp(jpeg).toFormat(format, { lossless: true }).toBuffer();
      const answer = await classify(url, `image/${format}`, body);
      expect(answer.status, answer.text).toBe(200);
      expect(classesOf(answer)[0]!.className).toBe("circle");
    }
  },
);

live("what is no picture gets a status and a sentence of its own, at every edge", async ({ url }) => {
  const large = Buffer.concat([jpeg, Buffer.alloc(4_500_000)]);
  const edges: [number, string, string | Uint8Array][] = [
    [400, "application/json", "{"],
    [400, "application/json", '{"image":"AAAA"}'],
    [400, "application/json", '{"data":"/9j/*AAA"}'],
    [400, "image/jpeg", ""],
    [413, "image/jpeg", large],
    [415, "text/plain", "hello, this is no picture"],
    [415, "image/jpeg", "<svg onload=alert(1)>"],
    [422, "image/jpeg", jpeg.subarray(0, 200)],
    // A bomb: a header that promises 20,000 x 20,000 pixels.
    [422, "image/png", await bomb()],
  ];
  for (const [status, type, body] of edges) {
    const answer = await classify(url, type, body);
    expect(answer.status, `${type} ${String(body).slice(0, 20)}: ${answer.text}`).toBe(status);
    const { error, message } = JSON.parse(answer.text) as { error?: string; message?: string };
    expect(error ?? message).toMatch(/^[A-Z].*/);
  }
});

/** A PNG of 20,000 x 20,000 pixels in its header, and hardly any bytes. */
async function bomb(): Promise<Buffer> {
  const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: "#fff" } })
    .png()
    .toBuffer();
  png.writeUInt32BE(20_000, 16);
  png.writeUInt32BE(20_000, 20);
  return png;
}

live("the API describes itself, and other paths and methods are refused", async ({ url }) => {
  const document = JSON.parse((await request(`${url}openapi.json`)).text);
  expect(document).toMatchObject({
    openapi: "3.1.0",
    paths: { "/classify": { post: { operationId: "classify" } } },
  });
  expect((await request(`${url}classify`)).status).toBeGreaterThanOrEqual(403);
  expect((await request(`${url}nothing`)).status).toBeGreaterThanOrEqual(403);
});

live("the page shows a dropped photo's probabilities as bars", async ({ url }, skip) => {
  const page = await request(url);
  expect(page.status).toBe(200);
  expect(page.headers["content-type"]).toContain("text/html");
  expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
  if (chromiumPath === undefined) return skip("needs Chromium");
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox"] });
  try {
    const tab = await browser.newPage({ viewport: { width: 600, height: 800 } });
    const faults: string[] = [];
    tab.on("pageerror", (error) => faults.push(error.message));
    await tab.goto(url);
    const file = join(folder, "photo.jpg");
    await writeFile(file, jpeg);
    await tab.setInputFiles("#file", file);
    await tab.waitForSelector("#classes li");
    expect(await tab.locator("#classes li").count()).toBe(8);
    expect(await tab.locator("#classes li span").first().textContent()).toBe("circle");
    const width = await tab
      .locator(".bar")
      .first()
      .evaluate((bar) => bar.getBoundingClientRect().width);
    expect(width).toBeGreaterThan(10);
    if (process.env.SCREENSHOTS)
      await tab.screenshot({ path: join(process.env.SCREENSHOTS, "rest-api.png") });
    await writeFile(file, "no picture");
    await tab.setInputFiles("#file", file);
    await tab.waitForSelector("#status.failed");
    expect(await tab.locator("#status").textContent()).toBe("Send a JPEG, PNG or WebP picture.");
    expect(faults).toEqual([]);
  } finally {
    await browser.close();
  }
});

live(
  "destroying the stack removes the endpoint too, and doing it twice is no failure",
  async ({ env, folder: state }) => {
    const cdk = createRequire(import.meta.url)
      .resolve("aws-cdk/package.json")
      .replace("package.json", "bin/cdk");
    const destroy = async () => {
      const args = [cdk, "destroy", "--force", "--no-notices", "--app", join(state, "cdk.out")];
      const child = spawn(process.execPath, args, {
        cwd: example,
        env: { ...process.env, ...env, CI: "true" },
        stdio: "pipe",
      });
      let said = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
      expect((await once(child, "close"))[0], said).toBe(0);
    };
    const session = await createSession({
      region: env.AWS_REGION!,
      endpointUrl: env.AWS_ENDPOINT_URL_SAGEMAKER!,
      credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID!, secretAccessKey: env.AWS_SECRET_ACCESS_KEY! },
    });
    expect(await getEndpoint(session, "rest-api")).toMatchObject({ name: "rest-api" });
    await destroy();
    expect(await getEndpoint(session, "rest-api")).toBeUndefined();
    await destroy();
    session.close();
  },
);

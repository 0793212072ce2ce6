import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { APIGatewayClient, UpdateStageCommand } from "@aws-sdk/client-api-gateway";
import { drawPictures } from "@sightline/samples";
import { getEndpoint } from "@sightline/sdk";
import { chromium } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, expect } from "vitest";
import { runningExample } from "../../../packages/local/test/running-example.js";
import {
  classesOf,
  classify,
  credentialsOf,
  invocations,
  objects,
  request,
  type Started,
  sessionOf,
} from "./api-client.js";
import { edgesOf } from "./edges.js";

const folderOfExample = fileURLToPath(new URL("..", import.meta.url));
const chromiumPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  existsSync,
);

const { start, stop, live, destroy } = runningExample<Started>(folderOfExample);
let folder: string;
let jpeg: Buffer;

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
  await start("--access", "api-key");
});

afterAll(async () => {
  await stop();
  await rm(folder, { recursive: true, force: true });
});

live(
  "a picture is classified alike as JPEG and as base64 in JSON, and as PNG and WebP too",
  async (example) => {
    const plain = await classify(example, "image/jpeg", jpeg);
    expect(plain.status, plain.text).toBe(200);
    const predictions = classesOf(plain);
    expect(predictions).toHaveLength(8);
    expect(predictions[0]!.className).toBe("circle");
    expect(predictions.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 3);
    const json = await classify(
      example,
      "application/json",
      JSON.stringify({ data: jpeg.toString("base64") }),
    );
    expect(json.text).toBe(plain.text);
    for (const format of ["png", "webp"] as const) {
      const body = await sharp(jpeg).toFormat(format, { lossless: true }).toBuffer();
      const answer = await classify(example, `image/${format}`, body);
      expect(answer.status, answer.text).toBe(200);
      expect(classesOf(answer)[0]!.className).toBe("circle");
    }
  },
);

live(
  "each edge has its status and sentence; what is refused asks no endpoint and leaves nothing",
  async (example) => {
    const session = await sessionOf(example);
    const before = [await invocations(session), await objects(example)] as const;
    const edges = await edgesOf(jpeg);
    for (const { what, status, body, type, data, key } of edges) {
      const keys = { none: {}, foreign: { "x-api-key": `${example.apiKey.slice(1)}x` } };
      const headers = key === undefined ? { "x-api-key": example.apiKey } : keys[key];
      const answer = await request(
        `${example.url}classify`,
        "POST",
        { "content-type": type, ...headers },
        data,
      );
      expect([what, answer.status, answer.text]).toEqual([what, status, body]);
    }
    // A body that stops coming: it takes no function, and nobody waits for it.
    const slow = connect(Number(new URL(example.url).port), "127.0.0.1");
    await once(slow, "connect");
    const { host, pathname } = new URL(example.url);
    const head = `host: ${host}\r\ncontent-type: image/jpeg\r\nx-api-key: ${example.apiKey}\r\ncontent-length: 9999`;
    slow.write(`POST ${pathname}classify HTTP/1.1\r\n${head}\r\n\r\n`);
    slow.write(jpeg.subarray(0, 100));
    expect((await classify(example, "image/jpeg", jpeg)).status).toBe(200);
    slow.destroy();
    const asked = edges.filter(({ asks }) => asks).length + 1;
    expect(await invocations(session)).toBe(before[0] + asked);
    expect(await objects(example)).toEqual(before[1]);
    session.close();
  },
);

live("above the stage's rate a request is told to come again, and asks nothing", async (example) => {
  const { env, url, outputs } = example;
  const session = await sessionOf(example);
  const before = await invocations(session);
  const gateway = new APIGatewayClient({
    endpoint: env.AWS_ENDPOINT_URL!,
    region: env.AWS_REGION!,
    credentials: credentialsOf(env),
  });
  const limit = (rate: string, burst: string) =>
    gateway.send(
      new UpdateStageCommand({
        restApiId: outputs.ApiId!,
        stageName: "prod",
        patchOperations: [
          { op: "replace", path: "/*/*/throttling/rateLimit", value: rate },
          { op: "replace", path: "/*/*/throttling/burstLimit", value: burst },
        ],
      }),
    );
  await limit("0", "0");
  const answer = await classify(example, "image/jpeg", jpeg);
  expect([answer.status, answer.text]).toEqual([429, '{"message":"Too Many Requests"}']);
  await limit("50", "100");
  expect((await request(url)).status).toBe(200);
  expect(await invocations(session)).toBe(before);
  gateway.destroy();
  session.close();
});

live("the API describes itself, and other paths and methods are refused", async ({ url }) => {
  const document = JSON.parse((await request(`${url}openapi.json`)).text);
  expect(document).toMatchObject({
    openapi: "3.1.0",
    paths: { "/classify": { post: { operationId: "classify" } } },
  });
  for (const path of ["classify", "nothing", "classify/nothing"]) {
    const { status, text } = await request(`${url}${path}`);
    expect([path, status, text]).toEqual([path, 403, '{"message":"Missing Authentication Token"}']);
  }
});

live(
  "the page asks for the key that is missing, and shows a photo's probabilities as bars",
  async ({ url, apiKey }, skip) => {
    const page = await request(url);
    expect(page.status).toBe(200);
    expect(page.headers["content-type"]).toContain("text/html");
    expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
    if (chromiumPath === undefined) return skip("needs Chromium");
    const browser = await chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox"] });
    try {
      const tab = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      const faults: string[] = [];
      tab.on("pageerror", (error) => faults.push(error.message));
      const picture = async (name: string) => {
        const { SCREENSHOTS: pictures } = process.env;
        if (pictures) await tab.screenshot({ path: join(pictures, `rest-api-${name}.png`) });
      };
      await tab.goto(url);
      await picture("empty");
      const file = join(folder, "photo.jpg");
      await writeFile(file, jpeg);
      await tab.setInputFiles("#file", file);
      await tab.waitForSelector("#status.failed");
      expect(await tab.locator("#status").textContent()).toContain("Enter an API key");
      await picture("no-key");
      await tab.fill("#key-text", apiKey);
      await tab.setInputFiles("#file", file);
      await tab.waitForSelector("#classes li");
      expect(await tab.locator("#classes li").count()).toBe(8);
      expect(await tab.locator("#classes li span").first().textContent()).toBe("circle");
      await picture("desktop");
      await tab.setViewportSize({ width: 390, height: 844 });
      await picture("phone");
      await tab.emulateMedia({ colorScheme: "dark" });
      await picture("phone-dark");
      for (const selector of [".bar", "#drop", "#classes"]) {
        const box = await tab.locator(selector).first().boundingBox();
        expect(box!.width).toBeGreaterThan(10);
        expect(box!.x + box!.width).toBeLessThanOrEqual(390);
      }
      await writeFile(file, "no picture");
      await tab.setInputFiles("#file", file);
      await tab.waitForSelector("#status.failed");
      expect(await tab.locator("#status").textContent()).toBe("Send a JPEG, PNG or WebP picture.");
      expect(faults).toEqual([]);
    } finally {
      await browser.close();
    }
  },
);

live(
  "destroying the stack removes the endpoint too, and doing it twice is no failure",
  async ({ env, folder: state }) => {
    const session = await sessionOf({ env });
    expect(await getEndpoint(session, "rest-api")).toMatchObject({ name: "rest-api" });
    await destroy(env, state);
    expect(await getEndpoint(session, "rest-api")).toBeUndefined();
    await destroy(env, state);
    session.close();
  },
);

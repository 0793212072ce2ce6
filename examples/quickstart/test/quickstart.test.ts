import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { graphBuilder, writeModel } from "@sightline/onnx";
import { buildPotholeDetector, drawPictures } from "@sightline/samples";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startQuickstart } from "./program.js";

const linux = process.platform === "linux";
const folder = mkdtempSync(join(tmpdir(), "sightline-quickstart-"));
const browserPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  existsSync,
);

/** Files that a rename was to have taken away. */
function partialFiles(under: string): string[] {
  if (!existsSync(under)) return [];
  return readdirSync(under, { recursive: true, encoding: "utf8" }).filter((name) => name.includes("partial"));
}

function modelOfVectors() {
  const graph = graphBuilder();
  const x = graph.input("x", "float32", [1, 512]);
  graph.output(graph.node("Identity", [x]), "float32", [1, 512]);
  return graph.build();
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.runIf(linux)("quickstart with synthetic data", () => {
  const out = join(folder, "whole");
  let run: { code: number | null; stdout: string; stderr: string };
  let left: string[];

  beforeAll(async () => {
    const quickstart = startQuickstart(["--out", out]);
    run = await quickstart.finished;
    left = quickstart.left();
  });

  it("ends well and leaves nothing running", () => {
    expect(run.stderr).not.toMatch(/error|warning/i);
    expect(run.code).toBe(0);
    expect(left).toEqual([]);
    expect(partialFiles(out)).toEqual([]);
  });

  it("writes result.json with steps, classification and video", () => {
    const result = JSON.parse(readFileSync(join(out, "result.json"), "utf8"));
    expect(result.steps.length).toBeGreaterThan(10);
    for (const { name, seconds } of result.steps) {
      expect(name).toEqual(expect.any(String));
      expect(seconds).toBeGreaterThanOrEqual(0);
    }
    const { classification, video } = result;
    expect(classification.classes.length).toBeGreaterThanOrEqual(6);
    expect(classification.split).toBe("group");
    const { trainImages, validationImages, testImages } = classification;
    expect(trainImages + validationImages + testImages).toBe(320);
    const [group, random] = classification.comparison;
    expect([group.split, random.split]).toEqual(["group", "random"]);
    // Eight classes: guessing gives 0.125. What the split by subject gives depends on who is held out.
    expect(random.accuracy).toBeGreaterThan(0.75);
    expect(group.accuracy).toBeGreaterThan(0.5);
    expect(video).toMatchObject({ frames: 100, durationSeconds: 4, synthetic: true });
    expect(video.framesWithDetections).toBeGreaterThan(50);
    expect(video.detections).toBeGreaterThanOrEqual(video.framesWithDetections);
    expect(existsSync(video.output)).toBe(true);
  });

  it("prints both splits side by side and why they differ", () => {
    expect(run.stdout).toMatch(
      /group +\d+ +\d+ +\d+ +[\d.]+ %\n +random +\d+ +\d+ +\d+ +[\d.]+ %\n +The split/,
    );
  });

  it("leaves no endpoint, model or job behind, only the bucket's objects", () => {
    const records = join(out, "local-sagemaker", "records");
    for (const name of ["endpoints", "endpoint-configs", "models", "training-jobs"]) {
      const lines = readFileSync(join(records, `${name}.jsonl`), "utf8")
        .trim()
        .split("\n");
      const last = new Map(lines.filter(Boolean).map((line) => [JSON.parse(line).k, JSON.parse(line)]));
      const alive = [...last.values()].filter((line) => line.v !== undefined);
      expect(alive, name).toEqual([]);
    }
  });

  it.skipIf(browserPath === undefined)(
    "opens in a browser: pictures, plots, and the video plays",
    async () => {
      const browser = await chromium.launch({ executablePath: browserPath!, args: ["--no-sandbox"] });
      try {
        const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
        const faults: string[] = [];
        page.on("pageerror", (error) => faults.push(error.message));
        page.on("requestfailed", (request) => {
          const why = request.failure()?.errorText ?? "";
          // A player drops its first request for a video when it knows which part it wants.
          if (!(why === "net::ERR_ABORTED" && request.resourceType() === "media"))
            faults.push(`${request.url()}: ${why}`);
        });
        await page.goto(pathToFileURL(join(out, "report.html")).href);
        const images = await page.$$eval(
          "img",
          async (all: { decode(): Promise<void>; naturalWidth: number }[]) => {
            await Promise.all(all.map((image) => image.decode()));
            return all.filter(({ naturalWidth }) => naturalWidth > 0).length;
          },
        );
        await page.setViewportSize({ width: 390, height: 844 });
        // A string: the test's types know no browser.
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
        await page.$eval("video", async (video: { muted: boolean; play(): Promise<void> }) => {
          video.muted = true;
          await video.play();
        });
        await page.waitForFunction("document.querySelector('video').currentTime > 0");
        const seen = {
          images,
          plots: await page.locator("svg polyline").count(),
          seconds: await page.$eval("video", (video: { duration: number }) => video.duration),
          headings: await page.locator("h2").allTextContents(),
          links: await page.$$eval("a[href$='.html']", (links) =>
            links.map((link) => link.getAttribute("href")!),
          ),
        };
        expect(faults).toEqual([]);
        // Two of each of the eight classes or more, and key frames of the video.
        expect(seen.images).toBeGreaterThanOrEqual(20);
        // The training curve has two lines, detections over time one.
        expect(seen.plots).toBeGreaterThanOrEqual(3);
        expect(seen.seconds).toBeCloseTo(4, 1);
        expect(seen.headings).toEqual(["Pictures, split by subject", "Video", "Timings", "Notebooks"]);
        expect(seen.links).toHaveLength(7);
        for (const link of seen.links) expect(existsSync(join(out, decodeURI(link))), link).toBe(true);
      } finally {
        await browser.close();
      }
    },
  );
});

describe.runIf(linux)("quickstart that cannot be done", () => {
  const empty = join(folder, "empty");
  const broken = join(folder, "broken");
  const textVideo = join(folder, "text.mp4");
  const textModel = join(folder, "text.onnx");
  const detector = join(folder, "detector.onnx");
  const vectors = join(folder, "vectors.onnx");
  const few = join(folder, "few");

  beforeAll(async () => {
    mkdirSync(empty);
    await drawPictures({ folder: broken, classes: 2, perClass: 6 });
    await drawPictures({ folder: few, classes: 2, perClass: 1 });
    const [whole] = readdirSync(join(broken, "arrow"));
    const bytes = readFileSync(join(broken, "arrow", whole!));
    writeFileSync(join(broken, "arrow", "zz.jpg"), bytes.subarray(0, bytes.length / 2));
    writeFileSync(textVideo, "This is no video.\n");
    writeFileSync(textModel, "This is no model.\n");
    await buildPotholeDetector(detector);
    writeFileSync(vectors, writeModel(modelOfVectors()));
  });

  async function fails(args: readonly string[]): Promise<{ code: number | null; stderr: string }> {
    const out = join(folder, "failed");
    const quickstart = startQuickstart(["--out", out, ...args]);
    const { code, stdout, stderr } = await quickstart.finished;
    expect(quickstart.left()).toEqual([]);
    expect(partialFiles(out)).toEqual([]);
    expect(stdout).toBe("");
    for (const name of ["report.html", "result.json"]) expect(existsSync(join(out, name)), name).toBe(false);
    rmSync(out, { recursive: true, force: true });
    return { code, stderr };
  }

  it.each([
    ["an empty folder", () => ["--images", empty], 2, /--images .*empty: no image was found/],
    [
      "a folder that is not there",
      () => ["--images", join(folder, "no")],
      2,
      /--images .*no: there is no such folder/,
    ],
    [
      "too few pictures",
      () => ["--images", few],
      1,
      /no picture for \w+: \d+ pictures of 2 classes are too few/,
    ],
    ["an output folder that is a file", () => ["--out", textVideo], 2, /--out .*cannot be made a folder/],
    ["a broken JPEG among good ones", () => ["--images", broken], 1, /arrow\/zz\.jpg: the JPEG is truncated/],
    [
      "a video that is a text file",
      () => ["--video", textVideo, "--model", detector],
      2,
      /--video .*text\.mp4: cannot be read as a video/,
    ],
    ["a model that is a text file", () => ["--model", textModel], 2, /--model .*text\.onnx: /],
    [
      "a model that takes no pictures",
      () => ["--model", vectors],
      2,
      /--model .*vectors\.onnx: .*\[1, 512\]/,
    ],
    [
      "a backbone that takes no pictures",
      () => ["--backbone", vectors],
      2,
      /--backbone .*this one takes x \[1, 512\]/,
    ],
    [
      "a labels file without the column",
      () => ["--images", broken, "--labels", join(broken, "labels.csv"), "--group", "driver"],
      2,
      /no column "driver"; the columns are subject, classname, img/,
    ],
  ] as const)("names %s and stops", async (_, args, code, message) => {
    const failed = await fails(args());
    expect(failed.stderr).toMatch(message);
    expect(failed.code).toBe(code);
  });

  it("names a port that is in use", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const failed = await fails(["--port", String(port)]);
    server.close();
    expect(failed.stderr).toContain(`Port ${port} on 127.0.0.1 is in use`);
    expect(failed.code).toBe(1);
  });

  it("stops everything on Ctrl-C", async () => {
    const out = join(folder, "interrupted");
    const quickstart = startQuickstart(["--out", out]);
    await quickstart.saw(/Process and upload/);
    quickstart.child.kill("SIGINT");
    const { code, stderr } = await quickstart.finished;
    expect(stderr).toContain("stopping everything that was started");
    expect(code).toBe(130);
    expect(quickstart.left()).toEqual([]);
    expect(existsSync(join(out, "report.html"))).toBe(false);
  });
});

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FrameDetections } from "../detection.js";
import { readRecords, recordLine } from "../records/frame-records.js";
import { trackFile } from "../track/track-file.js";
import { exportFormats, exportRecords } from "./export-records.js";
import { writeReport } from "./write-report.js";

const size = { width: 100, height: 50 };
const records: FrameDetections[] = [0, 1, 2].map((frame) => ({
  frame,
  ptsSeconds: frame / 2,
  detections: [{ classId: 0, className: "Pothole", confidence: 0.9, xyxy: [10, 20, 30, 40] }],
}));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-export-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("exportRecords", () => {
  it.each([
    ["coco", 0, 50],
    ["yolo", 100, Number.NaN],
    ["yolo", Number.POSITIVE_INFINITY, 50],
  ] as const)(
    "refuses for %s a frame of %s x %s, whose shares mean nothing",
    async (format, width, height) => {
      const writing = exportRecords(records, join(folder, "out"), format, { size: { width, height } });
      await expect(writing).rejects.toThrow(RangeError);
      expect(await readdir(folder)).toEqual([]);
    },
  );

  it("says before the work that a folder of labels is there already, and leaves it as it is", async () => {
    await writeFile(join(folder, "mine.txt"), "mine");
    const writing = exportRecords(records, folder, "yolo", { size });
    await expect(writing).rejects.toThrow(`${folder} exists already; the folder must be new`);
    expect(await readdir(folder)).toEqual(["mine.txt"]);
  });

  it("refuses a report over its own detections", async () => {
    const path = join(folder, "road.jsonl");
    await writeFile(path, records.map(recordLine).join(""));
    const writing = writeReport(path, { detectionsPath: path, videoPath: join(folder, "road.mp4") });
    await expect(writing).rejects.toThrow("is the detections file; choose another name");
    expect(await readFile(path, "utf8")).toBe(records.map(recordLine).join(""));
  });

  it.each(exportFormats)("writes %s whole, with nothing left beside it", async (format) => {
    const path = join(folder, "made", "out");
    await exportRecords(records, path, format, { size });
    expect(await readdir(join(folder, "made"))).toEqual(["out"]);
    const text = await readFile(format === "yolo" ? join(path, "frame_000002.txt") : path, "utf8");
    expect(text.length).toBeGreaterThan(20);
  });

  it("leaves nothing behind when the records fail or it is aborted", async () => {
    async function* broken() {
      yield records[0]!;
      throw new Error("damaged");
    }
    for (const format of exportFormats) {
      const path = join(folder, format);
      await expect(exportRecords(broken(), path, format, { size })).rejects.toThrow("damaged");
      const signal = AbortSignal.abort(new Error("stopped"));
      await expect(exportRecords(records, path, format, { size, signal })).rejects.toThrow("stopped");
    }
    expect(await readdir(folder)).toEqual([]);
  });

  it("refuses an unknown format", async () => {
    await expect(exportRecords(records, join(folder, "x"), "xml" as "csv", { size })).rejects.toThrow(
      /csv, coco/,
    );
  });
});

describe("files", () => {
  it("trackFile and writeReport work from stored detections alone", async () => {
    const detectionsPath = join(folder, "d.jsonl");
    await writeFile(detectionsPath, records.map(recordLine).join(""));
    await trackFile(detectionsPath, detectionsPath);
    const ids: (number | undefined)[] = [];
    for await (const { detections } of readRecords(detectionsPath)) ids.push(detections[0]!.trackId);
    expect(ids).toEqual([1, 1, 1]);

    const path = join(folder, "report", "index.html");
    const analysis = await writeReport(path, { detectionsPath, videoPath: join(folder, "a #1.mp4") });
    expect(analysis.objectsByClass).toEqual({ Pothole: 1 });
    expect(await readFile(path, "utf8")).toContain('src="../a%20%231.mp4"');
    expect((await readdir(folder)).sort()).toEqual(["d.jsonl", "report"]);
  });
});

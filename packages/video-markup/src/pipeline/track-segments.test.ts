import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Segment } from "../media/plan-segments.js";
import type { SegmentRecords } from "./segment-files.js";
import { createSegmentTracker } from "./track-segments.js";

let folder: string;
const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-track-"));
  unhandled.length = 0;
  process.on("unhandledRejection", note);
});
afterEach(async () => {
  process.off("unhandledRejection", note);
  await rm(folder, { recursive: true, force: true });
});

const segment = (index: number): Segment => ({
  index,
  firstFrame: index,
  frames: 1,
  startPts: undefined,
  endPts: undefined,
  lastDuration: 1,
});

it("takes a segment's failure that comes before its turn as handled, and reports it at its turn", async () => {
  const tracker = createSegmentTracker(folder, {});
  let fail: (error: Error) => void = () => {};
  const slow = new Promise<SegmentRecords>((_, reject) => {
    fail = reject;
  });
  const first = tracker.next(segment(0), slow);
  const later = [1, 2].map((n) => tracker.next(segment(n), Promise.reject(new Error("stopped"))));
  for (let n = 0; n < 5; n++) await turn();
  expect(unhandled).toEqual([]);
  fail(new Error("stopped"));
  for (const each of [first, ...later]) await expect(each).rejects.toThrow("stopped");
  for (let n = 0; n < 5; n++) await turn();
  expect(unhandled).toEqual([]);
});

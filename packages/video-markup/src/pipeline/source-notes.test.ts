import { expect, it } from "vitest";
import type { SourceFaults } from "../inference/frame-counts.js";
import { planSegments } from "../media/plan-segments.js";
import type { VideoInfo } from "../media/probe.js";
import { createSourceNotes } from "./source-notes.js";

/** A hundred frames at 25 a second, whose time line begins at 10 s. */
const video: VideoInfo = {
  input: "road.ts",
  formats: ["mpegts"],
  durationSeconds: 4,
  width: 160,
  height: 120,
  pixelFormat: "yuv420p",
  sampleAspectRatio: undefined,
  color: { range: undefined, space: undefined, primaries: undefined, transfer: undefined },
  timeBase: { num: 1, den: 90_000 },
  originPts: 900_000,
  frameRate: { num: 25, den: 1 },
  variableFrameRate: false,
  index: {
    timeBase: { num: 1, den: 90_000 },
    pts: Float64Array.from({ length: 100 }, (_, n) => 900_000 + 3600 * n),
    keyframes: Float64Array.of(900_000),
    lastDuration: 3600,
    complete: true,
  },
  streams: [],
  chapters: 0,
  interlaced: false,
  promisedSeconds: undefined,
};

function notesOf(
  lost: readonly number[],
  faults: Partial<SourceFaults> | undefined,
  more: Partial<VideoInfo> = {},
) {
  const source = { ...video, ...more };
  const none = { undecodable: 0, damaged: 0, fromSeconds: 0, toSeconds: 0 };
  const part = { frames: 100 - lost.length, framesWithDetections: 0, detectionCount: 0, recordsPath: "" };
  const parts = [{ ...part, ...(faults && { faults: { ...none, ...faults } }) }];
  const notes = createSourceNotes(source, planSegments(source), parts);
  for (let n = 0; n < 100; n++) if (!lost.includes(n)) notes.see(n / 25);
  return notes.notes();
}

it("says nothing of a whole source", () => {
  expect(notesOf([], undefined)).toEqual([]);
});

it.each([
  ["one in the middle", [50], "1 frame is missing, because the source could not be decoded at 2.00 s"],
  [
    "the first",
    [0, 1, 2],
    "3 frames are missing, because the source could not be decoded from 0.00 s to 0.08 s",
  ],
  [
    "the last",
    [98, 99],
    "2 frames are missing, because the source could not be decoded from 3.92 s to 3.96 s",
  ],
])("counts frames that are missing, and tells where: %s", (_, lost, note) => {
  expect(notesOf(lost, { undecodable: 1 })).toEqual([note]);
});

it("takes packets without a frame for no fault where the decoder has not complained", () => {
  expect(notesOf([3, 19, 35], undefined)).toEqual([]);
  expect(notesOf([3], { damaged: 2, fromSeconds: 1, toSeconds: 1 })).toEqual([
    "2 frames are damaged in the source, at about 1.00 s; the decoder has mended what it could",
  ]);
});

it("says that a source is interlaced, and that it is cut short", () => {
  expect(notesOf([], undefined, { interlaced: true, promisedSeconds: 6 })).toEqual([
    "the source is interlaced; its frames were deinterlaced, one for each",
    "the source is cut short: it ends at 4.00 s of the 6.00 s that its header tells; about 50 frames are missing",
  ]);
});

it("says nothing of an end that was not asked for", () => {
  const source = { ...video, promisedSeconds: 6 };
  const notes = createSourceNotes(source, planSegments(source, { maxSeconds: 1 }), []);
  for (let n = 0; n < 25; n++) notes.see(n / 25);
  expect(notes.notes()).toEqual([]);
});

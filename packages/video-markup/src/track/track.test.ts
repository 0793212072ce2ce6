import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Detection, FrameDetections } from "../detection.js";
import { assign } from "./assignment.js";
import { byteTrack } from "./byte-track.js";
import { smoother } from "./smooth.js";
import { sort } from "./sort.js";
import { createTracker } from "./track-records.js";
import type { Tracker } from "./tracker.js";

/** Written by test/fixtures/tracks/write_tracks.py: rows x1, y1, x2, y2, score, and each row's id (0: none). */
interface Reference {
  readonly detections: readonly (readonly [number, number, number, number, number])[][];
  readonly byteTrack: readonly (readonly number[])[];
  readonly sort: readonly (readonly number[])[];
}

const reference = JSON.parse(
  readFileSync(new URL("../../test/fixtures/tracks/tracks.json", import.meta.url), "utf8"),
) as Reference;

function box(x: number, y: number, confidence = 0.9, side = 20): Detection {
  return { classId: 0, className: "Pothole", confidence, xyxy: [x, y, x + side, y + side] };
}

function run(tracker: Tracker, frames: readonly (readonly Detection[])[]): FrameDetections[] {
  return frames.map((detections, frame) => tracker.update({ frame, ptsSeconds: frame / 30, detections }));
}

/** The trackers number in another order: ids must correspond one to one. */
function expectSamePartition(
  found: readonly FrameDetections[],
  expected: readonly (readonly number[])[],
): void {
  const ours = new Map<number, number>();
  const theirs = new Map<number, number>();
  for (const [frame, { detections }] of found.entries()) {
    for (const [i, { trackId = 0 }] of detections.entries()) {
      const id = expected[frame]![i]!;
      expect(trackId > 0, `frame ${frame}, detection ${i}: id ${trackId}, reference ${id}`).toBe(id > 0);
      if (id === 0) continue;
      expect(ours.get(id) ?? trackId, `frame ${frame}, detection ${i}, reference ${id}`).toBe(trackId);
      expect(theirs.get(trackId) ?? id).toBe(id);
      ours.set(id, trackId);
      theirs.set(trackId, id);
    }
  }
  expect(ours.size).toBeGreaterThan(8);
}

describe("trackers", () => {
  const frames = reference.detections.map((rows) =>
    rows.map(([x1, y1, x2, y2, confidence]): Detection => {
      return { classId: 0, className: "object", confidence, xyxy: [x1, y1, x2, y2] };
    }),
  );

  it("ByteTrack follows every object as supervision's ByteTrack does", () => {
    expectSamePartition(run(byteTrack(), frames), reference.byteTrack);
  });

  it("SORT follows every object as the paper's matrices do", () => {
    expectSamePartition(run(sort(), frames), reference.sort);
  });

  it("ByteTrack keeps the id of an object that hides and comes back", () => {
    const seen = [0, 1, 2, 3, 4, 15, 16].map((frame) => [frame, box(100 + 3 * frame, 100)] as const);
    const all = Array.from({ length: 17 }, (_, frame) =>
      seen.filter(([at]) => at === frame).map(([, one]) => one),
    );
    const ids = run(byteTrack(), all).flatMap(({ detections }) => detections.map(({ trackId }) => trackId));
    expect(new Set(ids)).toEqual(new Set([1]));
    const forgotten = run(byteTrack({ lostFrames: 5 }), all).at(-1)!.detections[0]!.trackId;
    expect(forgotten).toBe(2);
  });

  it("ByteTrack carries a track on through weak detections and begins none with them", () => {
    const scores = [0.9, 0.9, 0.15, 0.15, 0.9];
    const kept = run(
      byteTrack(),
      scores.map((score, i) => [box(50 + i, 50, score)]),
    );
    expect(kept.map(({ detections }) => detections[0]!.trackId)).toEqual([1, 1, 1, 1, 1]);
    const weak = run(
      byteTrack(),
      scores.map((_, i) => [box(50 + i, 50, 0.15)]),
    );
    expect(weak.every(({ detections }) => detections[0]!.trackId === undefined)).toBe(true);
  });

  it.each([
    ["ByteTrack", byteTrack],
    ["SORT", sort],
  ] as const)("%s keeps its state to itself", (_name, make) => {
    const alone = run(make(), frames);
    const a = make();
    const b = make();
    const mixed = frames.map((detections, frame) => {
      b.update({ frame, ptsSeconds: 0, detections: [...detections].reverse() });
      return a.update({ frame, ptsSeconds: frame / 30, detections });
    });
    expect(mixed).toEqual(alone);
  });

  it.each([
    ["ByteTrack", byteTrack],
    ["SORT", sort],
  ] as const)("%s keeps every detection and gives an id once a frame", (_name, make) => {
    for (const [frame, { detections }] of run(make(), frames).entries()) {
      expect(detections).toHaveLength(frames[frame]!.length);
      const ids = detections.flatMap(({ trackId }) => (trackId === undefined ? [] : [trackId]));
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  it("takes frames with nothing in them and boxes without height", () => {
    for (const make of [byteTrack, sort]) {
      const flat: Detection = { ...box(5, 5), xyxy: [5, 5, 30, 5] };
      expect(() => run(make(), [[], [flat], [flat], [], [box(1, 1)]])).not.toThrow();
    }
  });
});

it("knows no tracker but the two", () => {
  expect(() => createTracker({ kind: "deepsort" as "sort" })).toThrow(/no known tracker.*bytetrack, sort/);
});

describe("assign", () => {
  it("finds the least total cost among all pairings", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 100 })),
        (rows, columns, stream) => {
          const cost = Array.from({ length: rows * columns }, () => (stream.next().value as number) / 100);
          const { pairs, freeRows, freeColumns } = assign(cost, rows, columns, 2);
          const total = pairs.reduce((sum, [row, column]) => sum + cost[row * columns + column]!, 0);
          expect(total).toBeCloseTo(leastCost(cost, rows, columns), 9);
          expect(pairs.length + freeRows.length).toBe(rows);
          expect(pairs.length + freeColumns.length).toBe(columns);
        },
      ),
    );
  });

  it("leaves pairs over the limit apart", () => {
    expect(assign([0.9, 0.1, 0.2, 0.9], 2, 2, 0.5).pairs).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(assign([0.9], 1, 1, 0.5)).toEqual({ pairs: [], freeRows: [0], freeColumns: [0] });
  });
});

/** By trying every pairing. */
function leastCost(cost: readonly number[], rows: number, columns: number): number {
  const count = Math.min(rows, columns);
  const search = (row: number, used: number, taken: number): number => {
    if (taken === count) return 0;
    if (row === rows) return Number.POSITIVE_INFINITY;
    let best = rows - row > count - taken ? search(row + 1, used, taken) : Number.POSITIVE_INFINITY;
    for (let column = 0; column < columns; column++) {
      if (used & (1 << column)) continue;
      best = Math.min(best, cost[row * columns + column]! + search(row + 1, used | (1 << column), taken + 1));
    }
    return best;
  };
  return search(0, 0, 0);
}

describe("smoother", () => {
  it("averages a track's box over the last frames and forgets older ones", () => {
    const smooth = smoother({ frames: 2 });
    const at = (frame: number, x: number) =>
      smooth({ frame, ptsSeconds: frame, detections: [{ ...box(x, 0), trackId: 7 }] }).detections[0]!.xyxy[0];
    expect([at(0, 0), at(1, 10), at(2, 20), at(9, 50)]).toEqual([0, 5, 15, 50]);
  });

  it("leaves objects without an id alone", () => {
    const smooth = smoother();
    const record = { frame: 0, ptsSeconds: 0, detections: [box(1, 1)] };
    expect(smooth(record)).toEqual(record);
  });
});

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Detection, FrameDetections } from "../detection.js";
import { trackRecords } from "../track/track-records.js";
import { analyseRecords } from "./analyse.js";
import { type Anchor, insidePolygon } from "./anchor.js";
import { parseGpx, trackPositions } from "./gpx.js";
import { lineCounter } from "./line-counter.js";
import { objectCollector } from "./objects.js";
import { zoneCounter } from "./zone-counter.js";

/** A box of 10 x 10 whose foot is at (x, y). */
function at(x: number, y: number, more: Partial<Detection> = {}): Detection {
  return {
    classId: 0,
    className: "car",
    confidence: 0.8,
    xyxy: [x - 5, y - 10, x + 5, y],
    trackId: 1,
    ...more,
  };
}

function frames(...lists: readonly (readonly Detection[])[]): FrameDetections[] {
  return lists.map((detections, frame) => ({ frame, ptsSeconds: frame / 10, detections }));
}

describe("lineCounter", () => {
  const line = { name: "gate", from: [0, 50], to: [100, 50] } as const;

  function crossings(...feet: readonly (readonly [number, number])[]) {
    const counter = lineCounter(line);
    const found = frames(...feet.map(([x, y]) => [at(x, y)])).flatMap((record) => counter.update(record));
    return found.map(({ direction, frame }) => `${direction} ${frame}`);
  }

  it.each([
    [
      [
        [50, 40],
        [50, 60],
      ],
      ["out 1"],
      "downwards is to the right hand of left-to-right",
    ],
    [
      [
        [50, 60],
        [50, 40],
      ],
      ["in 1"],
      "upwards",
    ],
    [
      [
        [50, 40],
        [50, 50],
        [50, 60],
      ],
      ["out 2"],
      "standing on the line first",
    ],
    [
      [
        [50, 40],
        [50, 50],
        [50, 40],
      ],
      [],
      "touching and turning back",
    ],
    [
      [
        [150, 40],
        [150, 60],
      ],
      [],
      "past the end of the line",
    ],
    [
      [
        [90, 40],
        [120, 60],
      ],
      [],
      "slanting past the end",
    ],
    [
      [
        [50, 40],
        [50, 60],
        [50, 40],
        [50, 60],
      ],
      ["out 1", "in 2", "out 3"],
      "to and fro",
    ],
  ] as const)("%j -> %j: %s", (feet, expected, _reason) => {
    expect(crossings(...feet)).toEqual(expected);
  });

  it("counts by class and ignores what is not tracked", () => {
    const counter = lineCounter(line);
    for (const record of frames(
      [at(20, 40), at(60, 60, { trackId: 2, className: "bus" })],
      [at(20, 60), at(60, 40, { trackId: 2, className: "bus" })],
    )) {
      counter.update(record);
    }
    const { trackId: _none, ...untracked } = at(30, 40);
    counter.update({ frame: 2, ptsSeconds: 1, detections: [untracked] });
    expect(counter.counts()).toEqual({
      in: 1,
      out: 1,
      byClass: { car: { in: 0, out: 1 }, bus: { in: 1, out: 0 } },
    });
  });

  it("counts once what trembles on the line, and names the frame that began to stay", () => {
    const counter = lineCounter({ ...line, threshold: 3 });
    const feet = [40, 60, 40, 60, 60, 40, 60, 60, 60, 60, 40, 60, 40];
    const found = frames(...feet.map((y) => [at(50, y)])).flatMap((record) => counter.update(record));
    expect(found).toEqual([
      { line: "gate", trackId: 1, className: "car", direction: "out", frame: 6, ptsSeconds: 0.6 },
    ]);
  });

  it("does not count who goes round the line's end, and then counts the way back through it", () => {
    expect(crossings([50, 40], [150, 45], [150, 60], [50, 60], [50, 40])).toEqual(["in 4"]);
  });

  it("takes the whole box over the line where the anchor says so", () => {
    const counter = lineCounter({ ...line, anchor: "box" });
    const found = frames(...[40, 55, 59, 61].map((y) => [at(50, y)])).flatMap((r) => counter.update(r));
    expect(found.map(({ frame }) => frame)).toEqual([3]);
  });

  const reference = JSON.parse(
    readFileSync(new URL("../../test/fixtures/line-counts.json", import.meta.url), "utf8"),
  ) as {
    line: [[number, number], [number, number]];
    frames: [number, number, number, number, number][][];
    counts: { anchor: Anchor; threshold: number; in: number; out: number }[];
  };

  it.each(reference.counts)("counts as supervision does: %j", ({ anchor, threshold, ...expected }) => {
    const [from, to] = reference.line;
    const counter = lineCounter({ name: "gate", from, to, anchor, threshold });
    for (const [frame, boxes] of reference.frames.entries()) {
      const detections = boxes.map(([trackId, ...xyxy]) => at(0, 0, { trackId, xyxy }));
      counter.update({ frame, ptsSeconds: frame / 25, detections });
    }
    expect(counter.counts()).toMatchObject(expected);
  });

  it("refuses a line without length, and a threshold that is no number of frames", () => {
    expect(() => lineCounter({ ...line, to: [0, 50] })).toThrow(/no length/);
    expect(() => lineCounter({ ...line, threshold: 0 })).toThrow(/whole number of frames from 1/);
    expect(() => lineCounter({ ...line, threshold: 2.5 })).toThrow(/"gate" is 2.5/);
  });
});

describe("zoneCounter", () => {
  const zone = {
    name: "box",
    polygon: [
      [0, 0],
      [100, 0],
      [100, 100],
      [0, 100],
    ],
  } as const;

  it("tells who comes and goes, and sums the seconds inside", () => {
    const counter = zoneCounter(zone);
    const seen = frames(
      [at(150, 50)],
      [at(90, 50)],
      [at(50, 50)],
      [at(150, 50)],
      [at(60, 50)],
      [at(50, 50)],
    ).map((record) => counter.update(record));
    expect(seen.map(({ inside }) => inside)).toEqual([0, 1, 1, 0, 1, 1]);
    expect(seen.map(({ entered }) => entered.length)).toEqual([0, 1, 0, 0, 1, 0]);
    expect(seen.map(({ left }) => left.length)).toEqual([0, 0, 0, 1, 0, 0]);
    const { objects, most, dwellSeconds } = counter.counts();
    expect([objects, most]).toEqual([1, 1]);
    // 0.1 to 0.3 s, when it is seen outside, and 0.4 to 0.5 s.
    expect(dwellSeconds["1"]).toBeCloseTo(0.3, 9);
  });

  it("does not count a long absence as dwelling", () => {
    const counter = zoneCounter(zone);
    for (const ptsSeconds of [0, 10]) counter.update({ frame: 0, ptsSeconds, detections: [at(50, 50)] });
    expect(counter.counts().dwellSeconds).toEqual({ "1": 0 });
  });

  it("knows inside from outside of a concave polygon", () => {
    const u = [
      [0, 0],
      [30, 0],
      [30, 30],
      [20, 30],
      [20, 10],
      [10, 10],
      [10, 30],
      [0, 30],
    ] as const;
    expect(insidePolygon([15, 20], u)).toBe(false);
    expect(insidePolygon([5, 20], u)).toBe(true);
    expect(insidePolygon([15, 5], u)).toBe(true);
  });
});

describe("objectCollector", () => {
  it("counts each object once, by its commonest class, with its best and nearest sight", () => {
    const collector = objectCollector({ minFrames: 2 });
    const records = frames(
      [at(10, 20), at(50, 50, { trackId: 2 })],
      [at(11, 21, { className: "bus", confidence: 0.95 })],
      [at(12, 22, { xyxy: [0, 0, 50, 50] })],
    );
    for (const record of records) collector.update(record);
    const [only, ...others] = collector.objects();
    expect(others).toEqual([]);
    expect(only).toMatchObject({
      trackId: 1,
      className: "car",
      frames: 3,
      firstSeconds: 0,
      lastSeconds: 0.2,
    });
    expect([only!.best.frame, only!.nearest.frame]).toEqual([1, 2]);
  });
});

describe("analyseRecords", () => {
  it("counts a tracked scene in one pass: two cars, not sixty boxes", async () => {
    const records = frames(
      ...Array.from({ length: 30 }, (_, i) =>
        [at(10 + 3 * i, 40 + i), at(200 - 2 * i, 60)].map(({ trackId: _t, ...d }) => d),
      ),
    );
    const analysis = await analyseRecords(trackRecords(records), {
      lines: [{ name: "gate", from: [0, 55], to: [300, 55] }],
      zones: [
        {
          name: "left",
          polygon: [
            [0, 0],
            [150, 0],
            [150, 100],
            [0, 100],
          ],
        },
      ],
    });
    expect(analysis).toMatchObject({
      frames: 30,
      framesWithDetections: 30,
      detectionCount: 60,
      objectsByClass: { car: 2 },
      perSecond: [{ car: 20 }, { car: 20 }, { car: 20 }],
    });
    expect(analysis.durationSeconds).toBeCloseTo(3, 9);
    expect(analysis.lines.gate).toMatchObject({ in: 0, out: 1 });
    expect(analysis.zones.left!.objects).toBe(2);
    expect(JSON.parse(JSON.stringify(analysis))).toEqual(analysis);
  });
});

describe("GPS tracks", () => {
  const gpx = `<?xml version="1.0"?><gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
    <trkpt lon="10.0" lat="50.0"><ele>100</ele><time>2026-05-01T12:00:00Z</time></trkpt>
    <trkpt lat="50.0010" lon="10.0020"><ele>110</ele><time>2026-05-01T12:00:10Z</time></trkpt>
    <trkpt lat="50.5" lon="10.5"><time>2026-05-01T12:05:00Z</time></trkpt>
  </trkseg></trk></gpx>`;
  const start = new Date("2026-05-01T12:00:00Z");

  it("interpolates between the fixes before and after", () => {
    const position = trackPositions(parseGpx(gpx), start);
    expect(position(0)).toMatchObject({ latitude: 50, longitude: 10, elevation: 100 });
    expect(position(5)!.latitude).toBeCloseTo(50.0005, 9);
    expect(position(5)!.longitude).toBeCloseTo(10.001, 9);
    expect(position(5)!.elevation).toBeCloseTo(105, 9);
  });

  it("knows no place outside the track and inside long gaps", () => {
    const position = trackPositions(parseGpx(gpx), start);
    expect([position(-1), position(100), position(301)]).toEqual([undefined, undefined, undefined]);
  });

  it("crosses the date line the short way", () => {
    const points = [
      { timeMs: start.getTime(), latitude: 0, longitude: 179.9 },
      { timeMs: start.getTime() + 10_000, latitude: 0, longitude: -179.9 },
    ];
    expect(Math.abs(trackPositions(points, start)(5)!.longitude)).toBeCloseTo(180, 6);
  });

  it("refuses a file without times and a point off the globe", () => {
    expect(() => parseGpx("<gpx><trkpt lat='1' lon='2'></trkpt></gpx>")).toThrow(/no track point/);
    expect(() => parseGpx(gpx.replace('lat="50.0"', 'lat="95"'))).toThrow(/latitude 95/);
  });
});

it.each(["constructor", "toString", "__proto__"])(
  "counts a class called %s like any other",
  async (className) => {
    const line = { name: "gate", from: [0, 50], to: [100, 50] } as const;
    const records = frames(
      [at(50, 40, { className })],
      [at(50, 60, { className })],
      [at(50, 62, { className })],
    );
    const { objectsByClass, perSecond, lines } = await analyseRecords(records, { lines: [line] });
    expect(Object.entries(objectsByClass)).toEqual([[className, 1]]);
    expect(Object.entries(perSecond[0]!)).toEqual([[className, 3]]);
    expect(Object.entries(lines.gate!.byClass)).toEqual([[className, { in: 0, out: 1 }]]);
    expect(Object.prototype).not.toHaveProperty("in");
  },
);

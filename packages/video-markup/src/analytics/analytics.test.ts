import { describe, expect, it } from "vitest";
import { at, frames } from "../../test/support/boxes-by-foot.js";
import { trackRecords } from "../track/track-records.js";
import { analyseRecords } from "./analyse.js";
import { insidePolygon } from "./anchor.js";
import { parseGpx, trackPositions } from "./gpx.js";
import { objectCollector } from "./objects.js";
import { zoneCounter } from "./zone-counter.js";

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

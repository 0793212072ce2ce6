import { describe, expect, it } from "vitest";
import { analyseRecords } from "../analytics/analyse.js";
import { parseGpx, trackPositions } from "../analytics/gpx.js";
import type { Detection, FrameDetections } from "../detection.js";
import { toCoco } from "./coco.js";
import { toCsv } from "./csv.js";
import { toGeoJson } from "./geo-json.js";
import { pickKeyFrames, planClips } from "./key-frames.js";
import { toMot } from "./mot.js";
import { htmlReport } from "./report/html-report.js";
import { toSrt } from "./srt.js";
import { toYoloText } from "./yolo-text.js";

const size = { width: 100, height: 50 };

function box(className: string, xyxy: Detection["xyxy"], more: Partial<Detection> = {}): Detection {
  return { classId: className === "Pothole" ? 0 : 1, className, confidence: 0.875, xyxy, ...more };
}

const records: FrameDetections[] = [
  { frame: 0, ptsSeconds: 0, detections: [] },
  { frame: 1, ptsSeconds: 0.5, detections: [box("Pothole", [10, 20, 30, 40], { trackId: 1 })] },
  {
    frame: 2,
    ptsSeconds: 1,
    detections: [
      box("Pothole", [12, 22, 42, 48], { trackId: 1, confidence: 0.95 }),
      box('a, "b"', [0, 0, 10, 10], {
        mask: { xyxy: [0, 0, 10, 10], width: 2, height: 2, runs: [0, 1, 1, 2] },
      }),
    ],
  },
  { frame: 3, ptsSeconds: 1.5, detections: [box("Pothole", [14, 22, 44, 48], { trackId: 1 })] },
];

async function text(chunks: AsyncIterable<string>): Promise<string> {
  let all = "";
  for await (const chunk of chunks) all += chunk;
  return all;
}

describe("outputs", () => {
  it("CSV has a line a detection and quotes what needs it", async () => {
    const lines = (await text(toCsv(records))).split("\n");
    expect(lines[0]).toBe("frame,pts_seconds,class_id,class_name,confidence,x1,y1,x2,y2,track_id");
    expect(lines[1]).toBe("1,0.5,0,Pothole,0.875,10,20,30,40,1");
    expect(lines[3]).toBe('2,1,1,"a, ""b""",0.875,0,0,10,10,');
    expect(lines).toHaveLength(6);
  });

  it("CSV does not let a class name become a formula", async () => {
    const record = { frame: 0, ptsSeconds: 0, detections: [box("=HYPERLINK()", [0, 0, 1, 1])] };
    expect(await text(toCsv([record]))).toContain(",'=HYPERLINK(),");
  });

  it("MOT counts frames from 1 and marks untracked objects with -1", async () => {
    const lines = (await text(toMot(records))).trim().split("\n");
    expect(lines[0]).toBe("2,1,10,20,20,20,0.875,-1,-1,-1");
    expect(lines[2]).toBe("3,-1,0,0,10,10,0.875,-1,-1,-1");
  });

  it("COCO is valid JSON with images, categories, areas and polygons", async () => {
    const coco = JSON.parse(await text(toCoco(records, { size, classNames: ["Pothole"] })));
    expect(coco.images).toHaveLength(4);
    expect(coco.categories).toEqual([
      { id: 1, name: "Pothole" },
      { id: 2, name: 'a, "b"' },
    ]);
    expect(coco.annotations[0]).toMatchObject({
      id: 1,
      image_id: 2,
      category_id: 1,
      bbox: [10, 20, 20, 20],
      area: 400,
    });
    expect(coco.annotations[2].area).toBe(75);
    expect(coco.annotations[2].segmentation[0].length).toBeGreaterThanOrEqual(6);
    expect(new Set(coco.annotations.map(({ id }: { id: number }) => id)).size).toBe(4);
  });

  it("YOLO text has shares of the frame, a polygon where there is a mask, no file for empty frames", async () => {
    const files = [];
    for await (const file of toYoloText(records, { size })) files.push(file);
    expect(files.map(({ name }) => name)).toEqual([1, 2, 3].map((n) => `frame_00000${n}.txt`));
    expect(files[0]!.text).toBe("0 0.200000 0.600000 0.200000 0.400000\n");
    expect(files[1]!.text.split("\n")[1]!.split(" ").length).toBeGreaterThanOrEqual(7);
  });

  it("SRT says what is seen in each second", async () => {
    expect(await text(toSrt(records))).toBe(
      '1\n00:00:00,000 --> 00:00:01,000\nPothole\n\n2\n00:00:01,000 --> 00:00:02,000\nPothole, a, "b"\n\n',
    );
    expect(
      await text(toSrt([{ frame: 0, ptsSeconds: 3661.25, detections: [box("x", [0, 0, 1, 1])] }])),
    ).toContain("01:01:01,000 --> 01:01:02,000");
  });

  it("GeoJSON puts each object where the camera was nearest to it", async () => {
    const gpx =
      '<trkpt lat="50" lon="10"><time>2026-05-01T12:00:00Z</time></trkpt>' +
      '<trkpt lat="50.001" lon="10.002"><time>2026-05-01T12:00:10Z</time></trkpt>';
    const position = trackPositions(parseGpx(gpx), new Date("2026-05-01T12:00:00Z"));
    const { objects } = await analyseRecords(records);
    const { features } = toGeoJson(objects, position);
    expect(features).toHaveLength(1);
    expect(features[0]!.geometry.coordinates).toEqual([10.0002, 50.0001]);
    expect(features[0]!.properties).toMatchObject({ className: "Pothole", nearestSeconds: 1, frames: 3 });
    expect(toGeoJson(objects, () => undefined).features).toEqual([]);
  });

  it("key frames are the fullest ones, apart from each other, in order", async () => {
    const many = Array.from({ length: 100 }, (_, frame) => ({
      frame,
      ptsSeconds: frame / 10,
      detections: [box("x", [0, 0, 1, 1], { confidence: frame % 10 === 5 ? 0.9 : 0.3 })],
    }));
    const frames = (await pickKeyFrames(many, 4)).map(({ record }) => record.frame);
    expect(frames).toHaveLength(4);
    expect(frames.every((frame) => frame % 10 === 5)).toBe(true);
    expect([...frames].sort((a, b) => a - b)).toEqual(frames);
  });

  it("clips join stretches that touch and stay inside the video", () => {
    const life = (trackId: number, firstSeconds: number, lastSeconds: number) => ({
      trackId,
      className: "x",
      frames: 9,
      firstSeconds,
      lastSeconds,
      best: { frame: 0, ptsSeconds: firstSeconds, confidence: 1, xyxy: [0, 0, 1, 1] as const },
      nearest: { frame: 0, ptsSeconds: firstSeconds, confidence: 1, xyxy: [0, 0, 1, 1] as const },
    });
    expect(planClips([life(2, 20, 29.5), life(1, 0.5, 2), life(3, 3.5, 5)], { durationSeconds: 30 })).toEqual(
      [
        { startSeconds: 0, endSeconds: 6, trackIds: [1, 3] },
        { startSeconds: 19, endSeconds: 30, trackIds: [2] },
      ],
    );
  });

  it("the report is one page with video, timeline, counts, objects and map, and escapes names", async () => {
    const named = records.map((record) => ({
      ...record,
      detections: record.detections.map((one) => ({ ...one, className: `<b>${one.className}` })),
    }));
    const analysis = await analyseRecords(named, { lines: [{ name: "gate", from: [0, 0], to: [9, 9] }] });
    const points = [
      { timeMs: 0, latitude: 50, longitude: 10 },
      { timeMs: 10_000, latitude: 50.01, longitude: 10.01 },
    ];
    const html = htmlReport({
      title: "Road & potholes",
      videoSrc: "road_output.mp4",
      analysis,
      gps: { points, position: trackPositions(points, new Date(0)) },
      pictures: [{ ptsSeconds: 1, caption: "Pothole", src: "data:image/jpeg;base64,AAAA" }],
    });
    expect(html).not.toContain("<b>");
    expect(html).toContain("&lt;b&gt;Pothole");
    expect(html).toContain("Road &amp; potholes");
    for (const part of [
      'class="timeline"',
      'class="map"',
      "Objects",
      "Lines",
      "Key frames",
      "road_output.mp4",
    ]) {
      expect(html).toContain(part);
    }
    // Nothing from another host.
    expect(html.match(/(?:src|href)="https?:/)).toBeNull();
  });
});

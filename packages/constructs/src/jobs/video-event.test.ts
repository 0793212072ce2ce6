import fc from "fast-check";
import { expect, test } from "vitest";
import { looksLikeVideo, readRecord } from "./video-event.js";

const created = (key: string, more: object = {}, bucket = "roads", eventName = "ObjectCreated:Put") => ({
  eventName,
  s3: { bucket: { name: bucket }, object: { key, eTag: "e1", sequencer: "01", ...more } },
});
const OWNER = "11111111-2222-3333-4444-555555555555";
const UPLOAD = "66666666-7777-8888-9999-aaaaaaaaaaaa";

test("reads a key as S3 writes it in events, and its owner where the page uploaded it", () => {
  expect(readRecord(created(`input/${OWNER}/${UPLOAD}/a+b%2B%C3%BC.mp4`), "roads")).toMatchObject({
    kind: "video",
    video: {
      key: `input/${OWNER}/${UPLOAD}/a b+ü.mp4`,
      owner: OWNER,
      name: "a b+ü.mp4",
      outputFolder: `output/${OWNER}/${UPLOAD}/`,
    },
  });
  expect(readRecord(created("input/a.MP4"), "roads")).toMatchObject({
    video: { owner: "bucket", outputFolder: "output/" },
  });
});

test.each<[string, ReturnType<typeof created>]>([
  ["a bucket of another", created("input/a.mp4", {}, "other")],
  ["its own output", created("output/a_output.mp4")],
  ["a folder", created("input/a/")],
  ["a removal", created("input/a.mp4", {}, "roads", "ObjectRemoved:Delete")],
  ["a track beside a video", created("input/a.gpx")],
  ["a key that is not URL-encoded", created("input/%E0%A4%A.mp4")],
  ["a key that only begins like the folder", created("input2/a.mp4")],
])("leaves %s", (_what, record) => {
  expect(readRecord(record, "roads").kind).toBe("ignored");
});

test.each([
  ["input/../output/a.mp4"],
  ["input/./a.mp4"],
  ["input//a.mp4"],
  ["input/%2E%2E/a.mp4"],
  ["input/a.exe"],
  ["input/a"],
])("refuses %s", (key) => {
  expect(readRecord(created(key), "roads").kind).toBe("refused");
});

test("an event has one id however often it comes, and another for every upload", () => {
  const idOf = (more: object) => {
    const read = readRecord(created("input/a.mp4", more), "roads");
    return read.kind === "video" ? read.video.id : "";
  };
  const ids = [{}, { eTag: "e2" }, { versionId: "v1" }, { sequencer: "02" }].map(idOf);
  expect(new Set(ids).size).toBe(4);
  expect([{}, { eTag: "e2" }, { versionId: "v1" }, { sequencer: "02" }].map(idOf)).toEqual(ids);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
});

test("whatever the key, results stay below output/ and never become inputs", () => {
  const property = fc.property(fc.string({ unit: "binary" }), (rest) => {
    let key: string;
    try {
      key = encodeURIComponent(`input/${rest}.mp4`).replaceAll("%20", "+");
    } catch {
      return;
    }
    const read = readRecord(created(key), "roads");
    if (read.kind !== "video") return;
    expect(read.video.outputFolder).toMatch(/^output\/([^/]+\/)*$/);
    expect(read.video.outputFolder.split("/")).not.toContain("..");
    expect(
      readRecord(created(encodeURIComponent(`${read.video.outputFolder}x_output.mp4`)), "roads").kind,
    ).toBe("ignored");
  });
  fc.assert(property);
});

test.each<[string, boolean]>([
  ["\0\0\0\x20ftypisom", true],
  ["\0\0\0\x08wide\0\0\0\0mdat", true],
  ["\x1a\x45\xdf\xa3\x01\0\0\0", true],
  ["RIFF\x10\0\0\0AVI LIST", true],
  ["RIFF\x10\0\0\0WAVEfmt ", false],
  ["<html>this is n", false],
  ["", false],
])("tells by the first bytes whether %j is a video", (text, isVideo) => {
  expect(looksLikeVideo(Buffer.from(text, "latin1"))).toBe(isVideo);
});

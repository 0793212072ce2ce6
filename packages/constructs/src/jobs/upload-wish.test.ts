import { expect, test } from "vitest";
import { readUploadWish, uploadKey } from "./upload-wish.js";

const UPLOAD = "66666666-7777-8888-9999-aaaaaaaaaaaa";

test("takes a video, and a track beside one", () => {
  expect(readUploadWish('{"name":"a ü.MP4","bytes":5}', 10)).toEqual({
    ...{ name: "a ü.MP4", bytes: 5, type: "application/octet-stream" },
  });
  const track = readUploadWish(JSON.stringify({ name: "a.gpx", bytes: 5, upload: UPLOAD }), 10);
  expect(track).toEqual({ name: "a.gpx", bytes: 5, type: "application/gpx+xml", upload: UPLOAD });
});

test.each<[number, unknown]>([
  [400, "text"],
  [400, null],
  [400, { name: "", bytes: 5 }],
  [400, { name: `${"a".repeat(200)}.mp4`, bytes: 5 }],
  [400, { name: "a\nb.mp4", bytes: 5 }],
  [400, { name: "..", bytes: 5 }],
  [400, { name: "a\\b.mp4", bytes: 5 }],
  [400, { name: "a.mp4", bytes: "5" }],
  [400, { name: "a.mp4", bytes: 1.5 }],
  [400, { name: "a.mp4", bytes: 5, upload: UPLOAD }],
  [400, { name: "a.gpx", bytes: 5, upload: "../.." }],
  [413, { name: "a.mp4", bytes: 11 }],
  [413, { name: "a.gpx", bytes: 50_000_001, upload: UPLOAD }],
  [415, { name: "a.mp3", bytes: 5 }],
])("answers %i to %j", (status, wish) => {
  expect(readUploadWish(JSON.stringify(wish), 10)).toMatchObject({ status, error: expect.any(String) });
});

test("a key holds what S3 calls safe only, in a folder of its owner and of its own", () => {
  const key = uploadKey("owner", { name: "straße +1.mp4", bytes: 5, type: "", upload: UPLOAD });
  expect(key).toBe(`input/owner/${UPLOAD}/stra_e__1.mp4`);
  const fresh = () => uploadKey("owner", { name: "a.mp4", bytes: 5, type: "" });
  expect(fresh()).not.toBe(fresh());
});

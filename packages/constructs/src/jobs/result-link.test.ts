import { expect, test } from "vitest";
import { mailOf } from "./mail.js";
import { judgeLink, makeResultLink, readToken } from "./result-link.js";
import { serviceUrl } from "./service-url.js";
import type { VideoJobRecord } from "./video-job.js";

const id = "0123456789abcdef0123456789abcdef";
const job: VideoJobRecord = {
  ...{
    id,
    owner: "bucket",
    createdAt: "2026-11-28T22:00:00Z",
    name: "a.mp4",
    input: "s3://roads/input/a.mp4",
  },
  ...{ bytes: 5, state: "done", start: 1, claimedAt: 0 },
};

test("a link is good until it ends, for its secret only", () => {
  const { token, kept } = makeResultLink(id, 60);
  const { secret } = readToken(token)!;
  expect(judgeLink({ ...job, ...kept }, secret)).toBe("good");
  expect(judgeLink({ ...job, ...kept, linkEndsAt: Date.now() - 1 }, secret)).toBe("ended");
  expect(judgeLink({ ...job, ...kept }, makeResultLink(id, 60).token.split(".")[1]!)).toBe("unknown");
  expect(judgeLink(job, secret)).toBe("unknown");
  expect(judgeLink(undefined, secret)).toBe("unknown");
  expect(JSON.stringify(kept)).not.toContain(secret);
});

test.each(["", ".", id, `${id}.short`, `../${id}`, `${id}.${"x".repeat(33)}`])("%j is no token", (token) => {
  expect(readToken(token)).toBeUndefined();
});

test("an emulator's API has a host below localhost and the emulator's port", () => {
  const url = "https://abc.execute-api.eu-west-1.amazonaws.com/prod/";
  expect(serviceUrl(url, undefined)).toBe(url);
  expect(serviceUrl(url, "http://127.0.0.1:4566")).toBe("http://abc.execute-api.localhost:4566/prod/");
});

test("a mail has the counts and the link, or the reason; a name makes no header of its own", () => {
  const result = {
    ...{
      output: "s3://roads/output/a_output.mp4",
      detections: "",
      frames: 50,
      durationSeconds: 2,
      seconds: 4,
    },
    ...{ framesWithDetections: 7, detectionCount: 9, warnings: ["The sound was left out."] },
  };
  const { subject, text } = mailOf({ ...job, name: "a\r\nBcc: x.mp4", result }, "https://example.org/l", 0);
  expect(subject).toBe("Marked up: a  Bcc: x.mp4");
  expect(text).toContain("9 detections on 7 frames.\nThe sound was left out.\n");
  expect(text).toContain(
    "The video: https://example.org/l\nThis link needs no sign-in and ends on Thu, 01 Jan 1970",
  );
  const failed = mailOf({ ...job, state: "failed", reason: "it is empty" }, "https://example.org/l", 0);
  expect(failed.text).toContain("it is empty");
  expect(failed.text).not.toContain("https://");
});

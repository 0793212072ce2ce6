import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { startDeadline } from "./deadline.js";
import { JobSlots } from "./job-slots.js";
import { RequestError } from "./request-error.js";
import { formatS3, parseS3 } from "./s3-location.js";
import { readSettings } from "./settings.js";
import { parseVideoJob } from "./video-job.js";

describe("parseS3", () => {
  it.each([
    ["s3://videos/in", "s3://videos/in/road.mp4", true],
    ["s3://videos/in/", "s3://videos/in/deep/road.mp4", true],
    ["s3://videos", "s3://videos/anything", true],
    ["s3://videos/", "s3://videos/anything", true],
    ["s3://videos/in", "s3://videos/inside/road.mp4", false],
    ["s3://videos/in", "s3://videos/", false],
    ["s3://videos/in", "s3://videos2/in/road.mp4", false],
    ["s3://videos/in/", "s3://videos/in", false],
    ["s3://videos/in/", "s3://videos/in/../out/x", false],
    ["s3://videos", "s3://videos/../other/x", false],
    ["s3://videos/in", "s3://videos/in/a..b", true],
  ])("with %s allowed, %s is allowed: %s", (entry, uri, allowed) => {
    const parse = () => parseS3(uri, "input", [entry]);
    if (allowed) expect(formatS3(parse())).toBe(uri);
    else expect(parse).toThrow(/outside of what this endpoint may touch/);
  });

  it.each([
    undefined,
    7,
    "",
    "videos/x",
    "https://b/x",
    "s3://",
    "s3:///x",
    "s3://B/x",
    "s3://b/x",
    "s3://ok/a\nb",
    `s3://ok/${"k".repeat(1025)}`,
  ])("refuses %j", (value) => {
    expect(() => parseS3(value, "input", undefined)).toThrow(RequestError);
  });

  it("never lets a location out of the allowed prefix, whatever the key", () => {
    const property = fc.property(fc.string({ unit: "binary" }), fc.string(), (key, bucket) => {
      for (const uri of [`s3://videos/${key}`, `s3://${bucket}/${key}`]) {
        try {
          const location = parseS3(uri, "input", ["s3://videos/in/"]);
          expect(location.bucket).toBe("videos");
          expect(location.key.startsWith("in/")).toBe(true);
        } catch (error) {
          if (!(error instanceof RequestError)) throw error;
        }
      }
    });
    fc.assert(property);
  });
});

describe("parseVideoJob", () => {
  const parse = (value: unknown) => parseVideoJob(Buffer.from(JSON.stringify(value)), undefined);

  it.each([
    ["s3://b1c/in/road.mp4", "s3://b1c/out/", "out/road_output.mp4", "out/road_detections.jsonl"],
    [
      "s3://b1c/road.final.mov",
      "s3://other/out",
      "out/road.final_output.mp4",
      "out/road.final_detections.jsonl",
    ],
    ["s3://b1c/in/.hidden", "s3://other", "video_output.mp4", "video_detections.jsonl"],
    ["s3://b1c/in/Straße 1", "s3://other/", "Straße 1_output.mp4", "Straße 1_detections.jsonl"],
  ])("names the outputs of %s in %s", (input, output, video, detections) => {
    const job = parse({ input, output });
    expect([job.video.key, job.detections.key]).toEqual([video, detections]);
  });

  it("turns a dry run into a hundredth of a second", () => {
    const job = { input: "s3://b1c/x.mp4", output: "s3://b1c/out/" };
    expect(parse({ ...job, isLive: false, options: { maxSeconds: 9 } }).options.maxSeconds).toBe(0.01);
    expect(parse({ ...job, isLive: true }).options).toEqual({});
  });

  it("never names an output like its input", () => {
    const property = fc.property(fc.stringMatching(/^[\w.]{1,20}$/), (key) => {
      const { video, detections } = parse({ input: `s3://b1c/${key}`, output: "s3://b1c/" });
      expect([video.key, detections.key]).not.toContain(key);
    });
    fc.assert(property);
  });

  it.each(["constructor", "__proto__", "isPrototypeOf"])("knows no option %s", (name) => {
    const job = `{"input":"s3://b1c/x.mp4","output":"s3://b1c/","options":{"${name}":1}}`;
    expect(() => parseVideoJob(Buffer.from(job), undefined)).toThrow(/is not known\. .*Known are confidence/);
  });

  it("refuses what is no JSON", () => {
    expect(() => parseVideoJob(Buffer.from("{"), undefined)).toThrow(/not valid JSON/);
  });
});

describe("JobSlots", () => {
  it("runs as many as it may, in order, and refuses what would wait too long", async () => {
    const slots = new JobSlots(1, 2);
    const done: number[] = [];
    const { signal } = new AbortController();
    const job = (tag: number) =>
      slots.run(async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        done.push(tag);
      }, signal);
    const results = await Promise.allSettled([job(1), job(2), job(3), job(4)]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "fulfilled", "rejected"]);
    expect(done).toEqual([1, 2, 3]);
    expect(slots.pending).toBe(0);
  });

  it("gives the place of one that left to the next", async () => {
    const slots = new JobSlots(1, 1);
    const stay = new AbortController();
    const leave = new AbortController();
    let end!: () => void;
    const work = new Promise<void>((resolve) => {
      end = resolve;
    });
    const first = slots.run(() => work, stay.signal);
    const second = slots.run(async () => 2, leave.signal);
    leave.abort(new Error("left"));
    await expect(second).rejects.toThrow("left");
    const third = slots.run(async () => 3, stay.signal);
    end();
    await first;
    expect(await third).toBe(3);
  });
});

describe("startDeadline", () => {
  it("ends with the outer signal and its reason, or with the time", async () => {
    const outer = new AbortController();
    const following = startDeadline(outer.signal, 60_000);
    outer.abort(new Error("outer"));
    expect(following.signal.reason).toEqual(new Error("outer"));
    expect(following.expired).toBe(false);
    following.release();
    const timed = startDeadline(new AbortController().signal, 5);
    await new Promise((resolve) => timed.signal.addEventListener("abort", resolve));
    expect(timed.expired).toBe(true);
  });
});

describe("readSettings", () => {
  it("has defaults, and names the variable that is wrong", () => {
    expect(readSettings({})).toMatchObject({
      port: 8080,
      maxQueue: 64,
      drainMs: 25_000,
      allowedS3: undefined,
    });
    expect(readSettings({ SIGHTLINE_S3_ALLOWED: "s3://abc/in, s3://def" }).allowedS3).toEqual([
      "s3://abc/in",
      "s3://def",
    ]);
    expect(() => readSettings({ SIGHTLINE_MAX_QUEUE: "many" })).toThrow(
      /SIGHTLINE_MAX_QUEUE must be an integer/,
    );
    expect(() => readSettings({ SAGEMAKER_BIND_TO_PORT: "70000" })).toThrow(/SAGEMAKER_BIND_TO_PORT/);
    expect(() => readSettings({ SIGHTLINE_S3_ALLOWED: "videos/in" })).toThrow(/SIGHTLINE_S3_ALLOWED/);
  });

  it.each([
    [{ SAGEMAKER_MODEL_SERVER_WORKERS: "3" }, { workers: 3 }],
    [{ SAGEMAKER_MODEL_SERVER_WORKERS: "3", SIGHTLINE_WORKERS: "1" }, { workers: 1 }],
    [{ SAGEMAKER_MODEL_SERVER_TIMEOUT: "90" }, { hostTimeoutMs: 90_000 }],
    [{ SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT: "text/csv" }, { defaultAccept: "text/csv" }],
    [{ SAGEMAKER_MULTI_MODEL: "true" }, { multiModel: true }],
    [{ SAGEMAKER_SAFE_PORT_RANGE: "21000-29000", SAGEMAKER_BIND_TO_PORT: "8501" }, { port: 8501 }],
  ])("takes SageMaker's variables: %j", (env, settings) => {
    expect(readSettings(env)).toMatchObject(settings);
  });

  it.each([
    { SAGEMAKER_MODEL_SERVER_WORKERS: "0" },
    { SAGEMAKER_MODEL_SERVER_TIMEOUT: "soon" },
    { SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT: "image/png" },
    { SAGEMAKER_SAFE_PORT_RANGE: "29000-21000" },
    { SAGEMAKER_SAFE_PORT_RANGE: "8080" },
  ])("names the variable that is wrong: %j", (env) => {
    expect(() => readSettings(env)).toThrow(Object.keys(env)[0]);
  });
});

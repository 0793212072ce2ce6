import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Fail, Problem } from "./problem.js";
import { readVideoJob } from "./video-job.js";
import { videoOptions } from "./video-options.js";

class Refused extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}
const fail: Fail = (problem) => {
  throw new Refused(problem);
};
const job = { input: "s3://roads/in/a.mp4", output: "s3://roads/out/" };

describe("readVideoJob", () => {
  it.each([
    job,
    { ...job, output: "s3://roads", isLive: false },
    { ...job, options: { confidence: 0, iou: 1, stride: 2, maxSeconds: 0.5, classes: ["car", 7] } },
    { ...job, options: { annotate: ["box", "label"] } },
    {
      ...job,
      options: { annotate: { annotate: ["mask"], classColors: { car: "#ff0000" }, thickness: 2.5 } },
    },
    { ...job, options: null },
  ])("takes %j as it is", (given) => {
    expect(readVideoJob(given, fail)).toBe(given);
  });

  it.each<[object, string]>([
    [{ output: job.output }, "input is missing; it must be s3://bucket/key."],
    [{ ...job, input: "in/a.mp4" }, "input must be s3://bucket/key"],
    [{ ...job, input: "s3://roads/in/" }, "input must be one video, not a folder"],
    [{ ...job, output: "/tmp" }, "output must be s3://bucket/key"],
    [{ ...job, isLive: "yes" }, "isLive must be true or false"],
    [{ ...job, isLiv: true }, 'isLiv is not known. Did you mean "isLive"?'],
    [{ ...job, options: { confidnce: 0.5 } }, 'options.confidnce is not known. Did you mean "confidence"?'],
    [{ ...job, options: { confidence: 2 } }, "options.confidence must be a number of 0 to 1, but is 2."],
    [{ ...job, options: { stride: 0 } }, "options.stride must be an integer of 1 to 1000 frames, but is 0."],
    [
      { ...job, options: { maxSeconds: 0 } },
      "options.maxSeconds must be a number above 0 seconds, but is 0.",
    ],
    [{ ...job, options: { annotate: ["bax"] } }, "options.annotate must be a list of blur, pixelate,"],
    [
      { ...job, options: { annotate: { annotate: ["bax"] } } },
      "options.annotate.annotate must be a list of blur",
    ],
    [{ ...job, options: { classes: "car" } }, "options.classes must be a list of class names or ids"],
    [{ ...job, options: { decoderModule: "/x.mjs" } }, "options.decoderModule is refused."],
    [{ ...job, options: { model: "/etc/passwd" } }, "options.model is refused."],
    [{ ...job, options: { layout: "yolox" } }, "options.layout is not known."],
    [
      JSON.parse('{"input":"s3://roads/a","output":"s3://roads/","options":{"constructor":1}}'),
      "options.constructor",
    ],
  ])("refuses %j in a sentence that names field, rule and value", (given, message) => {
    expect(() => readVideoJob(given, fail)).toThrow(message);
  });

  it("takes an option just when its row does, and names it otherwise", () => {
    const names = fc.constantFrom(...Object.keys(videoOptions), "constructor", "__proto__", "batch");
    const property = fc.property(names, fc.jsonValue(), (name, value) => {
      const options = Object.defineProperty({}, name, { value, enumerable: true });
      try {
        readVideoJob({ ...job, options }, fail);
        expect(Object.hasOwn(videoOptions, name)).toBe(true);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        expect(error.problem.field).toContain(`options.${name}`);
        expect(error.message).toContain(error.problem.remedy);
      }
    });
    fc.assert(property);
  });
});

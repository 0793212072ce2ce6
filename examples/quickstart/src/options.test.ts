import { parseOptions, UsageError } from "@sightline/foundation/command-line";
import { describe, expect, it } from "vitest";
import { optionKinds, readOptions } from "./options.js";

const read = (...args: string[]) => readOptions(parseOptions(optionKinds, args).values, "/somewhere");

describe("readOptions", () => {
  it("asks for nothing: synthetic data, a free port, out/quickstart below where it was called", () => {
    expect(read()).toEqual({
      images: undefined,
      labels: undefined,
      group: "subject",
      split: undefined,
      backbone: undefined,
      video: undefined,
      model: undefined,
      out: "/somewhere/out/quickstart",
      keep: false,
      port: 0,
      json: false,
    });
  });

  it("makes relative paths absolute", () => {
    expect(read("--images", "a", "--labels", "/b.csv", "--split", "group", "--port", "8080")).toMatchObject({
      images: "/somewhere/a",
      labels: "/b.csv",
      split: "group",
      port: 8080,
    });
  });

  it.each([
    ["an unknown option", ["--imgs", "a"], /"--imgs". Did you mean "--images"/],
    ["an option without its value", ["--images"], /--images/],
    ["a split that there is none of", ["--split", "driver"], /random, stratified, group, not "driver"/],
    ["a port that is no number", ["--port", "http"], /0 to 65535, not "http"/],
    ["a port that is too great", ["--port", "65536"], /65536/],
    ["a folder that is an unset variable", ["--out", ""], /--out is empty/],
    ["a video without a model", ["--video", "a.mp4"], /--video needs --model/],
    ["labels without pictures", ["--labels", "a.csv"], /--images, which is missing/],
    ["a split by subject without subjects", ["--images", "a", "--split", "group"], /needs --labels/],
    [
      "a column without its table",
      ["--images", "a", "--group", "driver"],
      /--labels names, which is missing/,
    ],
  ])("refuses %s", (_, args, message) => {
    expect(() => read(...args)).toThrow(UsageError);
    expect(() => read(...args)).toThrow(message);
  });
});

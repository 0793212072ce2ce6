import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";
import * as errors from "./errors.js";

const failure = { jobName: "j", status: "Failed", failureReason: "r", logTail: [] };
const made: Readonly<Record<string, readonly unknown[]>> = {
  ArchiveError: ["m"],
  AwsRequestError: ["m", {}, undefined],
  EndpointFailedError: ["e", { ...failure, rolledBack: false }],
  InvalidInputError: ["f", "r", 1, "x"],
  InvocationError: ["e", 400, "m"],
  JobFailedError: ["Job", failure],
  NoRegionError: ["m"],
  ProcessingJobFailedError: [failure],
  RegionNotOfferedError: ["r", "a", "m"],
  ResourceConflictError: ["r", "m"],
  SdkError: ["m"],
  TrainingJobFailedError: [failure],
  TransformJobFailedError: [failure],
  TuningJobFailedError: [failure],
  WaitTimeoutError: ["w", 1, undefined],
};

test("every error keeps its name in a minified bundle", async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("./errors.ts", import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "node",
  });
  const code = Buffer.from(outputFiles[0]!.contents).toString("base64");
  const minified = (await import(`data:text/javascript;base64,${code}`)) as typeof errors;
  expect(Object.keys(minified).sort()).toEqual(Object.keys(made));
  for (const [name, args] of Object.entries(made)) {
    const Class = minified[name as keyof typeof errors] as new (...args: readonly unknown[]) => Error;
    const error = new Class(...args);
    expect(error.name).toBe(name);
    expect(String(error)).toMatch(new RegExp(`^${name}: `));
    expect(errors.SdkError.isInstance(error)).toBe(true);
  }
});

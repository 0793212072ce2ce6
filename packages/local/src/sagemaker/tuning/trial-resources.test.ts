import { describe, expect, test } from "vitest";
import { resourcesOf } from "./trial-resources.js";

const base = {
  AlgorithmSpecification: { TrainingInputMode: "File" as const },
  RoleArn: "arn:aws:iam::000000000000:role/r",
  OutputDataConfig: { S3OutputPath: "s3://out" },
  StoppingCondition: {},
};
const large = { InstanceType: "ml.m5.large" as const, InstanceCount: 1, VolumeSizeInGB: 5 };
const xlarge = { InstanceType: "ml.m5.xlarge" as const, InstanceCount: 2, VolumeSizeInGB: 9 };

describe("the resources of a tuning job's training jobs", () => {
  test.each([
    ["as they are said", { ResourceConfig: large }, large],
    ["as the Python SDK says them", { HyperParameterTuningResourceConfig: large }, large],
    [
      "the first of several",
      {
        HyperParameterTuningResourceConfig: {
          AllocationStrategy: "Prioritized" as const,
          InstanceConfigs: [xlarge, large],
        },
      },
      xlarge,
    ],
    [
      "with a volume where none is asked for",
      { HyperParameterTuningResourceConfig: { InstanceType: large.InstanceType, InstanceCount: 1 } },
      { ...large, VolumeSizeInGB: 30 },
    ],
  ])("are taken %s", (_how, given, expected) => {
    expect(resourcesOf({ ...base, ...given })).toEqual(expected);
  });

  test.each([
    ["nowhere", {}, /either a ResourceConfig or/],
    [
      "twice",
      { ResourceConfig: large, HyperParameterTuningResourceConfig: large },
      /either a ResourceConfig or/,
    ],
    [
      "in both forms of the flexible one",
      { HyperParameterTuningResourceConfig: { ...large, InstanceConfigs: [large] } },
      /either InstanceConfigs or/,
    ],
    [
      "without a count",
      { HyperParameterTuningResourceConfig: { InstanceType: large.InstanceType } },
      /either/,
    ],
  ])("that are named %s are refused", (_how, given, message) => {
    expect(() => resourcesOf({ ...base, ...given })).toThrow(message);
  });
});

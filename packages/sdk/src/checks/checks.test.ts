import { expect, test } from "vitest";
import { InvalidInputError } from "../errors.js";
import { fingerprint, nameWith, nameWithTime } from "./fingerprint.js";
import { checkBucketName, checkInstanceType, checkResourceName } from "./names.js";
import { checkEnvironment, checkInteger, checkNumber, checkOneOf } from "./numbers.js";

test.each([
  ["drivers", true, "letters"],
  ["a", true, "one letter"],
  ["my-job-1", true, "single hyphens"],
  ["a--b", true, "two hyphens, which the pattern allows"],
  ["x".repeat(63), true, "the longest"],
  ["x".repeat(64), false, "one too long"],
  ["-a", false, "a hyphen first"],
  ["a-", false, "a hyphen last"],
  ["a_b", false, "an underscore"],
  ["a.b", false, "a dot"],
  ["", false, "nothing"],
])("name %j is allowed: %s (%s)", (name, allowed) => {
  const act = () => checkResourceName("name", name);
  if (allowed) expect(act).not.toThrow();
  else expect(act).toThrow(InvalidInputError);
});

test.each([
  ["drivers", true, "letters"],
  ["my.bucket-1", true, "dots and hyphens"],
  ["ab", false, "too short"],
  ["Drivers", false, "a capital"],
  ["192.168.0.1", false, "looks like an address"],
  ["a..b", false, "two dots"],
  ["s3://drivers", false, "a URI"],
])("bucket %j is allowed: %s (%s)", (name, allowed) => {
  const act = () => checkBucketName("bucket", name);
  if (allowed) expect(act).not.toThrow();
  else expect(act).toThrow(InvalidInputError);
});

test.each([
  ["ml.p3.2xlarge", true],
  ["ml.m5.xlarge", true],
  ["ml.g4dn.metal", true],
  ["m5.xlarge", false],
  ["ml.m5", false],
])("instance type %j is allowed: %s", (type, allowed) => {
  const act = () => checkInstanceType("instance.type", type);
  if (allowed) expect(act).not.toThrow();
  else expect(act).toThrow(/ml\.m5\.xlarge/);
});

test("an error has field, rule and remedy, and shows what it got", () => {
  try {
    checkInteger("epochs", 0.5, 1, 10, "Use a whole number.");
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({
      field: "epochs",
      rule: "a whole number from 1 to 10",
      remedy: "Use a whole number.",
    });
    expect((error as Error).message).toBe(
      "epochs must be a whole number from 1 to 10, but is 0.5. Use a whole number.",
    );
    expect((error as Error).name).toBe("InvalidInputError");
  }
});

test("numbers, lists and variables are checked, and undefined passes", () => {
  checkInteger("n", undefined, 1, 2);
  checkNumber("n", undefined, 1, 2);
  checkOneOf("n", undefined, [1]);
  expect(() => checkNumber("n", Number.NaN, 0, 1)).toThrow(InvalidInputError);
  expect(() => checkNumber("n", 1.01, 0, 1)).toThrow(InvalidInputError);
  expect(() => checkOneOf("n", 3, [1, 2])).toThrow("n must be one of 1, 2, but is 3.");
  expect(() => checkEnvironment("environment", { "a-b": "x" })).toThrow(/underscores/);
  expect(() => checkEnvironment("environment", { A: "x".repeat(1025) })).toThrow(/1,024/);
});

test("a fingerprint does not depend on the order of members, but on everything else", () => {
  expect(fingerprint({ a: 1, b: [1, 2] })).toBe(fingerprint({ b: [1, 2], a: 1 }));
  expect(fingerprint({ a: 1, b: undefined })).toBe(fingerprint({ a: 1 }));
  expect(fingerprint({ a: [1, 2] })).not.toBe(fingerprint({ a: [2, 1] }));
  expect(fingerprint({ a: "1" })).not.toBe(fingerprint({ a: 1 }));
});

test("names keep SageMaker's length and pattern whatever they are made of", () => {
  for (const name of ["a", "x".repeat(63), `${"x".repeat(49)}-${"y".repeat(13)}`]) {
    const made = nameWith(name, "0123456789ab");
    checkResourceName("name", made);
    expect(made.endsWith("-0123456789ab")).toBe(true);
  }
  const timed = nameWithTime("image-classification", new Date("2026-11-22T04:56:38.123Z"), "a1b2c3");
  expect(timed).toBe("image-classification-20261122-045638-a1b2c3");
});

import { expect, it } from "vitest";
import { principalOf, trustsSageMaker } from "./check-role.js";

const statement = {
  Effect: "Allow",
  Action: "sts:AssumeRole",
  Principal: { Service: "sagemaker.amazonaws.com" },
};

it.each([
  ["the plain one", [statement], true],
  [
    "several services",
    [{ ...statement, Principal: { Service: ["ec2.amazonaws.com", "sagemaker.amazonaws.com"] } }],
    true,
  ],
  ["a statement alone", statement, true],
  ["another service", [{ ...statement, Principal: { Service: "lambda.amazonaws.com" } }], false],
  ["an account", [{ ...statement, Principal: { AWS: "arn:aws:iam::111122223333:root" } }], false],
  ["a denial", [{ ...statement, Effect: "Deny" }], false],
])("reads a trust policy: %s", (_, Statement, trusts) => {
  expect(trustsSageMaker(JSON.stringify({ Version: "2012-10-17", Statement }))).toBe(trusts);
});

it("does not trust what is no policy", () => {
  expect(["", "null", "{}", "[]", "no JSON"].map(trustsSageMaker)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});

it("finds the role behind a session, and leaves a user as it is", () => {
  expect(principalOf("arn:aws:sts::111122223333:assumed-role/training/me")).toBe(
    "arn:aws:iam::111122223333:role/training",
  );
  expect(principalOf("arn:aws:iam::111122223333:user/me")).toBe("arn:aws:iam::111122223333:user/me");
});

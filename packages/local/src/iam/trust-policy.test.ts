import { describe, expect, test } from "vitest";
import { checkPolicyDocument, trusts } from "./trust-policy.js";

const SAGEMAKER = { service: "sagemaker.amazonaws.com" };
const allow = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: SAGEMAKER.service } };
const policy = (...Statement: object[]) => JSON.stringify({ Statement });

describe("a trust policy", () => {
  test.each([
    [policy(allow), true, "by name"],
    [policy({ ...allow, Action: ["sts:TagSession", "STS:assumerole"] }), true, "one of several actions"],
    [policy({ ...allow, Principal: "*" }), true, "everybody"],
    [JSON.stringify({ Statement: allow }), true, "one statement needs no list"],
    [policy({ ...allow, Principal: { Service: "lambda.amazonaws.com" } }), false, "another service"],
    [policy({ ...allow, Principal: { AWS: "*" } }), false, "every account is no service"],
    [policy({ ...allow, Action: "s3:GetObject" }), false, "another action"],
    [policy(allow, { ...allow, Effect: "Deny" }), false, "a denial wins"],
    [policy({ Effect: "Allow" }), false, "nobody and nothing"],
  ])("%s lets SageMaker in: %s (%s)", (text, expected) => {
    expect(trusts(text, SAGEMAKER)).toBe(expected);
  });

  test.each([
    [{ AWS: "111122223333" }, true],
    [{ AWS: ["arn:aws:iam::111122223333:role/a"] }, true],
    [{ AWS: "arn:aws:iam::444455556666:root" }, false],
    [{ Service: "111122223333" }, false],
  ])("%j lets an account in: %s", (Principal, expected) => {
    expect(trusts(policy({ ...allow, Principal }), { account: "111122223333" })).toBe(expected);
  });

  test.each(["{", "null", "{}", '{"Statement":[]}', '{"Statement":[1]}'])("%s is none", (text) => {
    expect(() => checkPolicyDocument(text)).toThrow();
  });
});

import { expect, it } from "vitest";
import { POLICY_COMMANDS, policyFor } from "./policies.js";

const scope = {
  region: "eu-west-1",
  account: "111122223333",
  bucket: "drivers",
  role: "arn:aws:iam::111122223333:role/training",
};

it.each(POLICY_COMMANDS)("allows %s no wildcard of actions, and each action once", (command) => {
  const actions = policyFor(command, scope).Statement.flatMap(({ Action }) => Action);
  expect(actions.filter((action) => action.includes("*"))).toEqual([]);
  expect([...new Set(actions)]).toEqual(actions);
});

it("lets training pass its one role to SageMaker alone", () => {
  expect(policyFor("train", scope).Statement).toContainEqual({
    Effect: "Allow",
    Action: ["iam:PassRole"],
    Resource: scope.role,
    Condition: { StringEquals: { "iam:PassedToService": "sagemaker.amazonaws.com" } },
  });
});

it("keeps reading a model's labels to the bucket", () => {
  const reads = policyFor("invoke", scope).Statement.filter(({ Action }) => Action.includes("s3:GetObject"));
  expect(reads.map(({ Resource }) => Resource)).toEqual(["arn:aws:s3:::drivers/*"]);
});

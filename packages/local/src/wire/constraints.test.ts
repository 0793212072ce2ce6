import { describe, expect, test } from "vitest";
import { checkInput, compilePattern } from "./constraints.js";
import models from "./constraints.json" with { type: "json" };

describe("checkInput", () => {
  const endpoint = (input: object) => () => checkInput("sagemaker", "CreateEndpoint", input);

  test("passes what AWS takes, and members that the model does not know", () => {
    expect(endpoint({ EndpointName: "a-b", EndpointConfigName: "c", FromTheFuture: 1 })).not.toThrow();
  });

  test.each([
    [
      { EndpointConfigName: "c" },
      "Value null at 'endpointName' failed to satisfy constraint: Member must not be null",
    ],
    [
      { EndpointName: "-a", EndpointConfigName: "c" },
      "must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
    ],
    [{ EndpointName: "a".repeat(64), EndpointConfigName: "c" }, "must have length less than or equal to 63"],
    [
      { EndpointName: "a", EndpointConfigName: "c", Tags: [{ Key: "k" }] },
      "Value null at 'tags.1.member.value'",
    ],
  ])("words a problem as AWS does: %j", (input, message) => {
    expect(endpoint(input)).toThrow(message);
  });

  test("counts every problem of an input", () => {
    expect(endpoint({})).toThrow(/^2 validation errors detected: .*endpointName.*; .*endpointConfigName/);
  });

  test("calls a wrong JSON type a SerializationException", () => {
    expect(endpoint({ EndpointName: 3, EndpointConfigName: "c" })).toThrow(
      expect.objectContaining({ code: "SerializationException" }),
    );
  });

  test("understands Java's character classes", () => {
    const policy = (PolicyName: string) => () =>
      checkInput("application-autoscaling", "DeleteScalingPolicy", {
        PolicyName,
        ServiceNamespace: "sagemaker",
        ResourceId: "endpoint/e/variant/v",
        ScalableDimension: "sagemaker:variant:DesiredInstanceCount",
      });
    expect(policy("scale on load")).not.toThrow();
    expect(policy("scale\u0007")).toThrow("policyName");
  });

  test("compiles every pattern of the models", () => {
    const patterns = Object.values(models)
      .flatMap((model) => Object.values(model.shapes) as { pattern?: string }[])
      .flatMap(({ pattern }) => pattern ?? []);
    expect(patterns.length).toBeGreaterThan(100);
    for (const pattern of patterns) expect(compilePattern(pattern)).toBeInstanceOf(RegExp);
  });
});

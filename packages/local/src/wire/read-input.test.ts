import { describe, expect, test } from "vitest";
import { compilePattern, readInput } from "./read-input.js";
import models from "./service-models.json" with { type: "json" };

describe("readInput", () => {
  const endpoint = (input: object) => () => readInput("sagemaker", "CreateEndpoint", input);

  test("takes what AWS takes, without members that are null or that the model does not know", () => {
    expect(
      endpoint({ EndpointName: "a-b", EndpointConfigName: "c", Tags: null, FromTheFuture: 1 })(),
    ).toEqual({ EndpointName: "a-b", EndpointConfigName: "c" });
  });

  test.each([
    [1.5, "JSON has seconds"],
    ["1970-01-01T00:00:01.500Z", "Query has text"],
    [new Date(1500), "CBOR has instants"],
  ])("makes an instant of %j: %s", (CreationTimeAfter, _why) => {
    expect(readInput("sagemaker", "ListModels", { CreationTimeAfter })).toEqual({
      CreationTimeAfter: new Date(1500),
    });
    expect(() => readInput("sagemaker", "ListModels", { CreationTimeAfter: "soon" })).toThrow("an instant");
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
      readInput("application-autoscaling", "DeleteScalingPolicy", {
        PolicyName,
        ServiceNamespace: "sagemaker",
        ResourceId: "endpoint/e/variant/v",
        ScalableDimension: "sagemaker:variant:DesiredInstanceCount",
      });
    expect(policy("scale on load")).not.toThrow();
    expect(policy("scale\u0007")).toThrow("policyName");
  });

  test("compiles every pattern of the models", () => {
    const { $source: _source, ...services } = models;
    const patterns = Object.values(services)
      .flatMap((model) => Object.values(model.shapes) as { pattern?: string }[])
      .flatMap(({ pattern }) => pattern ?? []);
    expect(patterns.length).toBeGreaterThan(100);
    for (const pattern of patterns) expect(compilePattern(pattern)).toBeInstanceOf(RegExp);
  });
});

import { describe, expect, test } from "vitest";
import type { DeploymentConfig } from "./endpoint.js";
import { trafficSteps } from "./guardrails.js";

type Routing = NonNullable<DeploymentConfig["BlueGreenUpdatePolicy"]>["TrafficRoutingConfiguration"];
const policy = (routing: Partial<Routing>): DeploymentConfig => ({
  BlueGreenUpdatePolicy: {
    TrafficRoutingConfiguration: { Type: "ALL_AT_ONCE", WaitIntervalInSeconds: 0, ...routing },
  },
});
const percent = (Value: number) => ({ Type: "CAPACITY_PERCENT" as const, Value });
const count = (Value: number) => ({ Type: "INSTANCE_COUNT" as const, Value });

describe("the traffic goes over", () => {
  test.each([
    [undefined, [1], "at once when nobody says otherwise"],
    [policy({}), [1], "at once when asked so"],
    [policy({ Type: "CANARY", CanarySize: percent(10) }), [0.1, 1], "a tenth first"],
    [policy({ Type: "CANARY", CanarySize: count(2) }), [0.5, 1], "two of four instances first"],
    [policy({ Type: "LINEAR", LinearStepSize: percent(50) }), [0.5, 1], "in halves"],
    [policy({ Type: "LINEAR", LinearStepSize: percent(40) }), [0.4, 0.8, 1], "the last step is what is left"],
    [policy({ Type: "LINEAR", LinearStepSize: count(1) }), [0.25, 0.5, 0.75, 1], "instance by instance"],
  ])("%j: %j, %s", (config, steps, _why) => {
    expect(trafficSteps(config, 4)).toEqual(steps);
  });

  test.each([
    [policy({ Type: "CANARY", CanarySize: percent(60) }), "CanarySize must be at most 50 %"],
    [policy({ Type: "CANARY", CanarySize: count(3) }), "CanarySize must be at most 50 % of the 4 instances"],
    [policy({ Type: "CANARY" }), "CanarySize is required"],
    [policy({ Type: "LINEAR", LinearStepSize: percent(5) }), "LinearStepSize must be 10 to 50 %"],
    [policy({ Type: "LINEAR" }), "LinearStepSize is required"],
  ])("not by %j", (config, message) => {
    expect(() => trafficSteps(config, 4)).toThrow(message);
  });
});

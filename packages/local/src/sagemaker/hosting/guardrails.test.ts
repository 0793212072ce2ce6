import { describe, expect, test } from "vitest";
import type { Cloud } from "../../cloud.js";
import type { Deployment } from "./deployment.js";
import type { DeploymentConfig } from "./endpoint-plan.js";
import type { Fleet } from "./fleet.js";
import { type AlarmsInAlarm, shiftTraffic, trafficSteps } from "./guardrails.js";
import { Traffic } from "./traffic.js";

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

describe("while the traffic is shifted", () => {
  const cloud = { timeScale: 0.001, closing: new AbortController().signal } as Cloud;
  const deployment = (healthy: number) =>
    ({
      endpointName: "e",
      fleets: [
        {
          desired: 1,
          healthy: Array.from({ length: healthy }),
          variant: { VariantName: "v" },
        } as unknown as Fleet,
      ],
    }) as unknown as Deployment;
  const shift = (
    next: Deployment,
    config: DeploymentConfig,
    inAlarm: AlarmsInAlarm = () => [],
    traffic = new Traffic(deployment(1)),
  ) => shiftTraffic(cloud, traffic, next, config, trafficSteps(config, 4), inAlarm);

  test("a fleet of which no instance is well any more is given up", async () => {
    await expect(shift(deployment(0), policy({}))).rejects.toThrow(
      "no instance of variant v passes the ping health check",
    );
  });

  test("an alarm that is on from the start stops the first step", async () => {
    const config = { ...policy({}), AutoRollbackConfiguration: { Alarms: [{ AlarmName: "a" }] } };
    await expect(shift(deployment(1), config, (names) => names)).rejects.toThrow("in ALARM: a.");
  });

  test("one that goes off in the last wait counts too", async () => {
    const config = policy({ Type: "CANARY", CanarySize: percent(10), WaitIntervalInSeconds: 5 });
    const next = deployment(1);
    const traffic = new Traffic(deployment(1));
    // Two requests in a row: the new fleet has all the traffic, not a tenth of it.
    const late = () => (traffic.next() === next && traffic.next() === next ? ["late"] : []);
    await expect(shift(next, config, late, traffic)).rejects.toThrow("in ALARM: late.");
  });
});

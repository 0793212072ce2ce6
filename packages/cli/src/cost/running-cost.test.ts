import type { CostEstimate } from "@sightline/sdk";
import { expect, it } from "vitest";
import { forgotten } from "./running-cost.js";

const NOW = Date.UTC(2026, 10, 28, 12);
const standing = (hours: number, instanceType: string) =>
  ({
    kind: "endpoint",
    name: "drivers",
    status: "InService",
    createdAt: new Date(NOW - hours * 3_600_000),
    fleets: [{ instanceType, instances: 2 }],
  }) as const;
const cost = (accelerated: boolean) => ({
  usdPerHour: undefined,
  estimates: [{ accelerated } as CostEstimate],
});

it("speaks of an endpoint with a GPU after an hour, of another after a day", () => {
  expect(forgotten(standing(0.9, "ml.g5.xlarge"), cost(true), NOW)).toBeUndefined();
  expect(forgotten(standing(1.5, "ml.g5.xlarge"), cost(true), NOW)).toBe(
    'drivers has stood for 1 h on 2 x ml.g5.xlarge, which has a GPU or another accelerator; "sightline delete endpoint drivers" ends what it costs.',
  );
  expect(forgotten(standing(23, "ml.m5.xlarge"), cost(false), NOW)).toBeUndefined();
  expect(forgotten(standing(25, "ml.m5.xlarge"), cost(false), NOW)).toContain("25 h on 2 x ml.m5.xlarge;");
});

it("says nothing of an endpoint without a machine", () => {
  expect(forgotten(standing(99, "ml.g5.xlarge"), { usdPerHour: 0, estimates: [] }, NOW)).toBeUndefined();
});

import { describe, expect, test } from "vitest";
import type { Deployment, VariantFleet } from "../sagemaker/hosting/deployment.js";
import { pickInstance } from "./route.js";

const fleet = (
  VariantName: string,
  weight: number,
  inFlight: readonly number[],
  more: object = {},
): VariantFleet =>
  ({
    weight,
    healthy: inFlight.map((busy, id) => ({ id: `${VariantName}${id}`, inFlight: busy })),
    variant: { VariantName, ...more },
  }) as unknown as VariantFleet;
const deployment = (...fleets: VariantFleet[]) => ({ endpointName: "e", fleets }) as unknown as Deployment;

/** Evenly spread numbers from 0 to 1. */
const evenly = (count: number) => Array.from({ length: count }, (_, index) => (index + 0.5) / count);

describe("a request", () => {
  test("goes to each variant by its weight", async () => {
    const both = deployment(fleet("a", 3, [0]), fleet("b", 1, [0]), fleet("c", 0, [0]));
    const counts: Record<string, number> = { a: 0, b: 0, c: 0 };
    for (const random of evenly(200)) {
      const route = await pickInstance(both, undefined, 0, () => random);
      counts[route.fleet.variant.VariantName]!++;
    }
    expect(counts).toEqual({ a: 150, b: 50, c: 0 });
  });

  test("goes to the least busy instance, and to any where the variant asks for that", async () => {
    const busy = [5, 1, 3];
    const least = await pickInstance(deployment(fleet("a", 1, busy)), undefined, 0);
    expect(least.instance.id).toBe("a1");
    const random = fleet("a", 1, busy, { RoutingConfig: { RoutingStrategy: "RANDOM" } });
    const ids = new Set<string>();
    for (const number of evenly(9)) {
      ids.add((await pickInstance(deployment(random), undefined, 0, () => number)).instance.id);
    }
    expect([...ids].sort()).toEqual(["a0", "a1", "a2"]);
  });

  test("to a variant that is not there, or has no instance in time, is refused", async () => {
    const one = deployment(fleet("a", 1, []));
    await expect(pickInstance(one, "b", 0)).rejects.toThrow("Variant b of endpoint e not found.");
    await expect(pickInstance(one, undefined, 0)).rejects.toMatchObject({ code: "ServiceUnavailable" });
  });
});

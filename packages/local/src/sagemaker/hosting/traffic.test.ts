import fc from "fast-check";
import { expect, test } from "vitest";
import type { Deployment } from "./deployment.js";
import { Traffic } from "./traffic.js";

const deployment = (endpointName: string) => ({ endpointName, fleets: [] }) as unknown as Deployment;
const [live, candidate] = [deployment("live"), deployment("candidate")];

test("a share is kept to one request, however many there are", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(2000), (share, requests) => {
      const traffic = new Traffic(live);
      traffic.shift(candidate, share);
      let shifted = 0;
      for (let index = 0; index < requests; index++) if (traffic.next() === candidate) shifted++;
      expect(Math.abs(shifted - requests * share)).toBeLessThanOrEqual(1);
    }),
  );
});

test("all requests go to the one in service before a shift, after a shift back, and to the new one once taken", () => {
  const traffic = new Traffic(live);
  expect(traffic.next()).toBe(live);
  traffic.shift(candidate, 1);
  expect(traffic.next()).toBe(candidate);
  expect(traffic.deployments).toEqual([live, candidate]);
  traffic.shiftBack();
  expect(traffic.next()).toBe(live);
  expect(traffic.take(candidate)).toBe(live);
  expect(traffic.next()).toBe(candidate);
  expect(traffic.deployments).toEqual([candidate]);
});

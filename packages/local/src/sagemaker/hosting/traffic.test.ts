import { expect, test } from "vitest";
import type { Deployment } from "./deployment.js";
import { Traffic } from "./traffic.js";

const deployment = (endpointName: string) => ({ endpointName, fleets: [] }) as unknown as Deployment;
const [live, candidate] = [deployment("live"), deployment("candidate")];

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

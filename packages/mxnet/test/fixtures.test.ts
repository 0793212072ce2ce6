import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { farthest, rowsOf } from "./compare-with-mxnet.js";

const fixtures = fileURLToPath(new URL("fixtures", import.meta.url));

it.each([
  ["classifier", 1e-5, "BatchNorm with a gamma that counts as 1, residual unit, pooling over all"],
  ["odd-layers", 1e-5, "pooling of convention full, LRN, PReLU, ELU, depthwise, L2Normalization, mean"],
  ["detector", 1e-5, "SSD on two scales, pruned to its detection"],
])("%s gives what MXNet gives, within %d: %s", async (name, limit) => {
  const { theirs, ours } = await rowsOf(fixtures, name);
  expect(theirs.length).toBeGreaterThan(1);
  expect(farthest(theirs, ours)).toBeLessThan(limit);
});

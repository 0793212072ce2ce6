import { expect, it } from "vitest";
import { fuzzRecords } from "./fuzz-records.js";

// A million and more: SIGHTLINE_FUZZ_RUNS=1000000, or `pnpm fuzz` in this package.
const inputs = Number(process.env.SIGHTLINE_FUZZ_RUNS ?? 50_000);

it(`reads ${inputs} mutated files with typed errors only`, { timeout: 600_000 }, () => {
  const counts = fuzzRecords(inputs);
  console.log(JSON.stringify(counts));
  expect(counts.inputs).toBe(inputs);
  // Were the mutations too weak, or the parser deaf, these would be 0.
  expect(counts.corrupt).toBeGreaterThan(inputs / 4);
  expect(counts.records).toBeGreaterThan(inputs / 4);
  expect(counts.resynced).toBeGreaterThan(inputs / 20);
});

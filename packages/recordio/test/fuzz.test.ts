import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { fuzzRecords } from "./fuzz-records.js";
import { fuzzVerify } from "./fuzz-verify.js";

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

// Each is decoded: a hundredth as many.
const decoded = Math.ceil(inputs / 100);

it(`verifies ${decoded} mutated files of real images, and answers each time`, {
  timeout: 1_200_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "recordio-fuzz-"));
  try {
    const counts = await fuzzVerify(decoded, folder);
    console.log(JSON.stringify(counts));
    expect(counts.inputs).toBe(decoded);
    expect(counts.problems).toBeGreaterThan(decoded / 2);
    expect(counts.damagedImages).toBeGreaterThan(decoded / 20);
    expect(counts.records).toBeGreaterThan(decoded);
    expect(counts.extracted).toBeGreaterThan(decoded / 20);
  } finally {
    await rm(folder, { recursive: true });
  }
});

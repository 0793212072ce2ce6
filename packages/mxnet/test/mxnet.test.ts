import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { farthest, rowsOf } from "./compare-with-mxnet.js";

// MXNet needs an old Python environment: pip install mxnet==1.9.1 numpy==1.23.5.
const python = process.env.SIGHTLINE_MXNET_PYTHON;
if (python === undefined) console.warn("skipped: SIGHTLINE_MXNET_PYTHON names no Python with mxnet");

describe.skipIf(python === undefined)("networks with other weights, run by MXNet now", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "mxnet-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([2, 3, 4, 5, 6])("give the same, with weights of seed %d", async (seed) => {
    const script = fileURLToPath(new URL("fixtures/write_fixtures.py", import.meta.url));
    execFileSync(python!, [script, folder, String(seed)], { stdio: "ignore" });
    for (const name of ["classifier", "odd-layers", "detector"]) {
      const { theirs, ours } = await rowsOf(folder, name);
      expect(farthest(theirs, ours), name).toBeLessThan(1e-4);
    }
  });
});

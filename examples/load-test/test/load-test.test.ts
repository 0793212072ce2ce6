import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("one command trains, deploys, loads and recommends a target, without a failed request", async () => {
  const out = await mkdtemp(join(tmpdir(), "sl-example-load-"));
  const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [main, "--seconds", "1", "--out", out]);
  expect(stdout).toMatch(/ 0 failed\none instance: [\d.]+ requests\/s, scaling target \d+ /);
  const result = JSON.parse(await readFile(join(out, "result.json"), "utf8"));
  expect(result.steps).toHaveLength(3);
  expect(result.endpoint.instances[0][1]).toBe(1);
  await rm(out, { recursive: true });
});

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { run } from "./command.js";

// Jupyter's own test of kernels, in Python: `jupyter_kernel_test` with cases of the whole protocol.
const python = process.env.SIGHTLINE_TEST_PYTHON ?? "python3";
const { status } = spawnSync(python, ["-c", "import jupyter_kernel_test, pytest"], { stdio: "ignore" });
const cases = fileURLToPath(new URL("protocol/test_kernel_protocol.py", import.meta.url));
if (status !== 0)
  process.stderr.write("jupyter_kernel_test is not installed: the protocol is not tried with it.\n");

describe.skipIf(status !== 0)("jupyter_kernel_test", () => {
  const prefix = mkdtempSync(join(tmpdir(), "sightline-test-"));
  afterAll(() => rmSync(prefix, { recursive: true, force: true }));

  it("passes with all cases of the protocol", async () => {
    expect((await run(["install", "--prefix", prefix])).status).toBe(0);
    const env = { ...process.env, JUPYTER_PATH: join(prefix, "share", "jupyter"), KERNEL: "sightline" };
    const args = ["-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", cases];
    const child = spawn(python, args, { cwd: prefix, env });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        text += chunk;
      });
    }
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect(code, text).toBe(0);
    expect(text).toMatch(/\d+ passed/);
  }, 600_000);
});

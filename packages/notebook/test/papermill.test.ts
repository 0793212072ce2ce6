import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { run } from "./command.js";
import { writeNotebook } from "./notebook-file.js";

const python = process.env.SIGHTLINE_TEST_PYTHON ?? "python3";
const { status } = spawnSync(python, ["-c", "import papermill"], { stdio: "ignore" });
const translator = fileURLToPath(new URL("../python/papermill_typescript.py", import.meta.url));
if (status !== 0) process.stderr.write("papermill is not installed: its translator is not tried.\n");

it.skipIf(status !== 0)("gives parameters through papermill, with their types", async () => {
  const prefix = mkdtempSync(join(tmpdir(), "sightline-test-"));
  expect((await run(["install", "--prefix", prefix])).status).toBe(0);
  const parameters = { code: "let n = 1;\nlet list: string[] = [];", tags: ["parameters"] };
  const path = await writeNotebook([parameters, "console.log(n * 2, list)"]);
  const output = join(dirname(path), "out.ipynb");
  const args = [translator, path, output, "-p", "n", "21", "-y", 'list: ["a"]'];
  const env = { ...process.env, JUPYTER_PATH: join(prefix, "share", "jupyter") };
  const { status, stderr } = spawnSync(python, args, { env, encoding: "utf8" });
  expect(status, stderr).toBe(0);
  expect(readFileSync(output, "utf8")).toContain("42 [ 'a' ]");
  rmSync(prefix, { recursive: true });
});

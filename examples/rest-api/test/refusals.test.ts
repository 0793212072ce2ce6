import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const example = fileURLToPath(new URL("..", import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sightline-rest-api-refusals-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a program of the example in the folder, which is also where temporary folders go. */
function run(program: string, args: string[] = [], env: Record<string, string> = {}) {
  const temporary = join(folder, "tmp");
  mkdirSync(temporary, { recursive: true });
  const { status, stderr } = spawnSync(process.execPath, [join(example, "dist", program), ...args], {
    cwd: folder,
    env: { ...process.env, TMPDIR: temporary, ...env },
    encoding: "utf8",
  });
  return { status, stderr, left: readdirSync(temporary) };
}

test.each([
  ["access", "apikey", /--access takes open, api-key, not "apikey"/],
  ["emulator-port", "http", /--emulator-port takes a whole number/],
])("start refuses --%s %s before it makes a folder", (option, value, why) => {
  const { status, stderr, left } = run("main.js", ["--", `--${option}`, value]);
  expect(stderr).toMatch(why);
  expect(status).toBe(2);
  expect(left).toEqual([]);
});

test("the app refuses an access that it does not know, and does not leave the API open", () => {
  const { status, stderr } = run("app.js", [], { CDK_CONTEXT_JSON: JSON.stringify({ access: "apikey" }) });
  expect(stderr).toContain('-c access takes open or api-key, not "apikey"');
  expect(status).toBe(1);
});

test.each([
  ["{}", /says nothing of the stack SightlineRestApi: deploy it first\.$/],
  ["{", /is no JSON: name the file of `cdk deploy --outputs-file`\.$/],
])("model tells of outputs %s without a stack trace", (text, why) => {
  const file = join(folder, "outputs.json");
  writeFileSync(file, text);
  const { status, stderr } = run("main.js", ["model", "--outputs", file]);
  expect(stderr.trim()).toMatch(why);
  expect(status).toBe(1);
});

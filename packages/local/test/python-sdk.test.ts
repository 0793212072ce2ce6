import { spawn } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { STUB_IMAGES, startStub, stubPath, temporaryFolder } from "./support.js";

const folder = fileURLToPath(new URL("./python-sdk", import.meta.url));
const images = { ...STUB_IMAGES, tune: { train: [process.execPath, stubPath("tune")] } };

/** The SDK tells its maker of every call unless it is told not to. */
const NO_TELEMETRY = `SchemaVersion: "1.0"
SageMaker:
  PythonSDK:
    Modules:
      TelemetryOptOut: true
`;

/** The scripts of one version. */
const scriptsOf = (version: number) =>
  readdirSync(path.join(folder, `v${version}`)).filter((name) => name.endsWith(".py"));

test("docs/python-sdk.md names every script, and no other", () => {
  const page = readFileSync(new URL("../../../docs/python-sdk.md", import.meta.url), "utf8");
  const named = new Set(page.match(/\bv[23]\/\w+\.py/g));
  const all = [2, 3].flatMap((version) => scriptsOf(version).map((name) => `v${version}/${name}`));
  expect([...named].sort()).toEqual(all.sort());
});

describe.each([
  { version: 2, python: process.env.SIGHTLINE_TEST_SAGEMAKER_2 },
  { version: 3, python: process.env.SIGHTLINE_TEST_SAGEMAKER_3 },
])("the SageMaker Python SDK $version, unmodified, against local:", ({ version, python }) => {
  const scripts = scriptsOf(version);
  if (python === undefined) console.warn(`Skipped: the SageMaker Python SDK ${version} is not installed.`);
  let home: string;
  let stub: Awaited<ReturnType<typeof startStub>>;
  /** What went wrong with a script; an empty text where nothing did. */
  const outcomes = new Map<string, string>();

  beforeAll(async () => {
    if (python === undefined) return;
    home = temporaryFolder();
    stub = await startStub({ images });
    const config = path.join(home, "config.yaml");
    writeFileSync(config, NO_TELEMETRY);
    const args = scripts.map((name) => path.join(folder, `v${version}`, name));
    const child = spawn(python, [path.join(folder, "run.py"), `v${version}_common`, ...args], {
      cwd: home,
      env: {
        PATH: process.env.PATH,
        HOME: home,
        SAGEMAKER_USER_CONFIG_OVERRIDE: config,
        ...stub.local.env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    child.stderr.on("data", (piece: Buffer) => {
      said = (said + piece.toString()).slice(-4000);
    });
    for await (const line of createInterface(child.stdout)) {
      const { script, error } = JSON.parse(line) as { script: string; error: string };
      outcomes.set(script, error);
    }
    if (outcomes.size < scripts.length) throw new Error(`The scripts were cut short: ${said}`);
  }, 900_000);
  afterAll(async () => {
    await stub?.dispose();
    if (home !== undefined) rmSync(home, { recursive: true, force: true });
  });

  test.skipIf(python === undefined).each(scripts)("%s", (script) => {
    expect(outcomes.get(script)).toBe("");
  });
});

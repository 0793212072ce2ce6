import { execFile, execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startStub, temporaryFolder } from "./support.js";

const python = process.env.SIGHTLINE_TEST_PYTHON ?? "python3";
let missing: string | undefined;
try {
  execFileSync(python, ["-c", "import sagemaker; assert sagemaker.__version__.startswith('2.')"], {
    stdio: "ignore",
  });
} catch {
  missing = "the SageMaker Python SDK 2 is not installed";
  console.warn(`Skipped: ${missing}.`);
}

/** The SDK tells its maker of every call unless it is told not to. */
const NO_TELEMETRY = `SchemaVersion: "1.0"
SageMaker:
  PythonSDK:
    Modules:
      TelemetryOptOut: true
`;

test.skipIf(missing !== undefined)(
  "the SageMaker Python SDK trains and processes by scripts of its user's",
  async () => {
    const stub = await startStub();
    const folder = temporaryFolder();
    try {
      const config = path.join(folder, "config.yaml");
      writeFileSync(config, NO_TELEMETRY);
      const env = {
        PATH: process.env.PATH,
        HOME: folder,
        SAGEMAKER_USER_CONFIG_OVERRIDE: config,
        ...stub.local.env,
      };
      const script = fileURLToPath(new URL("./python-sdk-scripts.py", import.meta.url));
      const { stdout } = await promisify(execFile)(python, [script], { env, cwd: folder });
      expect(stdout).toContain("all done");
    } finally {
      await stub.dispose();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

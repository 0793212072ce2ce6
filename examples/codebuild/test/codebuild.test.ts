import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/** Runs the example as its README says, up to the build. */
function run(args: readonly string[]) {
  const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
  return new Promise<{ status: unknown; stdout: string; stderr: string }>((resolve) => {
    const options = { maxBuffer: 64 * 2 ** 20 };
    execFile(process.execPath, [main, ...args], options, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : error.code, stdout, stderr }),
    );
  });
}

test("pictures that land in the stack's bucket start one build when they have stopped coming", {
  timeout: 600_000,
}, async ({ skip }) => {
  const { status, stdout, stderr } = await run(["--no-build", "--json", "--quiet-seconds", "5"]);
  if (stderr.includes("could not be installed")) return skip(`MiniStack cannot be had: ${stderr.trim()}`);
  expect(status, stderr).toBe(0);
  const { builds, variables, uploadedFiles, outputs } = JSON.parse(stdout);
  expect(uploadedFiles).toBe(80);
  expect(builds).toHaveLength(1);
  expect(variables).toMatchObject({
    DATASET: `s3://${outputs.Bucket}/training-data/`,
    ENDPOINT_NAME: "codebuild-pictures",
    PREFIX: "channels/pictures",
    MODEL_FOLDER: "models",
  });
  expect(variables.SIGHTLINE_ROLE_ARN).toMatch(/^arn:aws:iam::\d{12}:role\//);
  expect(variables.ROLLBACK_ALARMS.split(",")).toHaveLength(2);
});

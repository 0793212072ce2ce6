// Everything CI checks, in order; the last line is `N passed, N failed, N skipped`.
//   node scripts/test.mjs            all stages
//   node scripts/test.mjs unit e2e   only the named ones
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackedPackages } from "./packed.mjs";
import { prepareTestMachine } from "./prepare-test-machine.mjs";
import { root, workspacePackages } from "./workspace.mjs";

const bin = (name) => join(root, "node_modules", ".bin", name);
const published = workspacePackages().filter((pkg) => !pkg.manifest.private);
const totals = { passed: 0, failed: 0, skipped: 0 };
const scratch = mkdtempSync(join(tmpdir(), "sightline-test-"));

// What tests leave in the temporary folder goes with this run's.
const environment = {
  ...process.env,
  TMPDIR: scratch,
  ...(process.env.CI === "true" ? prepareTestMachine() : {}),
};

const stages = {
  lint: () => single("biome", bin("biome"), ["ci", "--colors=off", "."]),
  build: () => single("build", process.execPath, ["scripts/build.mjs"]),
  typecheck: () => single("typecheck", process.execPath, ["scripts/typecheck.mjs"]),
  snippets: () => single("README snippets", process.execPath, ["scripts/snippets.mjs"]),
  unit: () => vitest("unit"),
  e2e: () => vitest("e2e"),
  packages: async () => {
    for (const pkg of published) {
      const folder = join(root, pkg.folder);
      await single(`publint ${pkg.name}`, bin("publint"), [folder, "--strict", "--pack", "npm"]);
      if (pkg.manifest.exports !== undefined)
        await single(`are-the-types-wrong ${pkg.name}`, bin("attw"), ["--pack", folder, "--quiet"]);
    }
    await single("knip", bin("knip"), []);
  },
  packed: () => checkPackedPackages(published, scratch, (title, problem) => settle(title, problem)),
};

const wanted = process.argv.slice(2);
for (const name of wanted) {
  if (!(name in stages)) {
    console.error(`test: there is no stage "${name}"; the stages are ${Object.keys(stages).join(", ")}`);
    process.exit(2);
  }
}
const started = Date.now();
for (const [name, stage] of Object.entries(stages)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const stageStarted = Date.now();
  const failedBefore = totals.failed;
  console.log(`\n== ${name}`);
  await stage();
  console.log(`== ${name}: ${seconds(stageStarted)} s`);
  // Nothing after a failed build would say anything new.
  if (name === "build" && totals.failed > failedBefore) break;
}
rmSync(scratch, { recursive: true, force: true });
console.log(`\ntests took ${seconds(started)} s`);
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed === 0 ? 0 : 1);

function seconds(since) {
  return ((Date.now() - since) / 1000).toFixed(1);
}

function settle(title, problem) {
  totals[problem === undefined ? "passed" : "failed"] += 1;
  console.log(problem === undefined ? `ok   ${title}` : `FAIL ${title}\n${problem}`);
}

async function single(title, command, args) {
  const { code, output } = await run(command, args);
  settle(title, code === 0 ? undefined : output);
}

async function vitest(project) {
  const report = join(scratch, `${project}.json`);
  const args = [
    "run",
    "--project",
    project,
    "--reporter=default",
    "--reporter=json",
    `--outputFile=${report}`,
  ];
  const { code } = await run(bin("vitest"), args, "inherit");
  if (!existsSync(report)) return settle(`vitest ${project}`, "vitest wrote no report");
  const result = JSON.parse(readFileSync(report, "utf8"));
  totals.passed += result.numPassedTests;
  totals.failed += result.numFailedTests;
  totals.skipped += result.numPendingTests + (result.numTodoTests ?? 0);
  // A file that does not load, or an unhandled error, fails the run without a failed test.
  if (code !== 0 && result.numFailedTests === 0) settle(`vitest ${project}`, `vitest exited with ${code}`);
}

function run(command, args, output = "pipe") {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env: environment, stdio: ["ignore", output, output] });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk) => {
        text += chunk;
      });
    }
    child.on("error", (error) => resolve({ code: 127, output: String(error) }));
    child.on("close", (code) => resolve({ code, output: text }));
  });
}

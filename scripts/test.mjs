// Everything CI checks, in order; the last line is `N passed, N failed, N skipped`.
//   node scripts/test.mjs            all stages
//   node scripts/test.mjs unit e2e   only the named ones
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { checkPackedPackages } from "./packed.mjs";
import { prepareTestMachine } from "./prepare-test-machine.mjs";
import { run } from "./run.mjs";
import { root, workspacePackages } from "./workspace.mjs";

const bin = (name) => join(root, "node_modules", ".bin", name);
const published = workspacePackages().filter((pkg) => !pkg.manifest.private);
const totals = { passed: 0, failed: 0, skipped: 0 };
/** Tests that passed at their second try. */
const flakes = [];
const scratch = mkdtempSync(join(tmpdir(), "sightline-test-"));
// Tests let other users' processes run what lies in folders below.
chmodSync(scratch, 0o711);

// What tests leave in the temporary folder goes with this run's.
const environment = {
  ...process.env,
  TMPDIR: scratch,
  ...(process.env.CI === "true" ? prepareTestMachine() : {}),
};

const script = (name) => single(name, process.execPath, [`scripts/${name}.mjs`]);
const stages = {
  lint: () =>
    inPairs([
      () => single("biome", bin("biome"), ["ci", "--colors=off", "."]),
      () => script("structure"),
      () => script("manifests"),
    ]),
  build: () => script("build"),
  // All read what the build wrote.
  types: () => inPairs([() => script("typecheck"), () => script("docs"), () => script("docblocks")]),
  unit: () => vitest("unit"),
  // Three files at once keep two processors busy: these tests wait for a third of their time. A test of real processes
  // that fails has one more try; those that needed it are named at the end, as faults to find.
  e2e: () => vitest("e2e", "--maxWorkers=3", "--retry=1"),
  packages: () =>
    inPairs([
      () => single("knip", bin("knip"), []),
      ...published.flatMap((pkg) => {
        const folder = join(root, pkg.folder);
        const checks = [
          () => single(`publint ${pkg.name}`, bin("publint"), [folder, "--strict", "--pack", "npm"]),
        ];
        if (pkg.manifest.exports !== undefined) {
          checks.push(() =>
            single(`are-the-types-wrong ${pkg.name}`, bin("attw"), ["--pack", folder, "--quiet"]),
          );
        }
        return checks;
      }),
    ]),
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
for (const flake of flakes) console.log(`\nPassed at the second try only: ${flake}`);
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

/** Two at a time: as many as the smallest machine has processors. */
async function inPairs(checks) {
  const lane = async () => {
    for (let check = checks.shift(); check !== undefined; check = checks.shift()) await check();
  };
  await Promise.all([lane(), lane()]);
}

async function single(title, command, args) {
  const { code, output } = await run(command, args, { cwd: root, env: environment });
  settle(title, code === 0 ? undefined : output);
}

async function vitest(project, ...more) {
  const report = join(scratch, `${project}.json`);
  const args = [
    "run",
    "--project",
    project,
    "--reporter=default",
    "--reporter=json",
    `--outputFile=${report}`,
    ...more,
  ];
  const { code } = await run(bin("vitest"), args, { cwd: root, env: environment, stdio: "inherit" });
  if (!existsSync(report)) return settle(`vitest ${project}`, "vitest wrote no report");
  const result = JSON.parse(readFileSync(report, "utf8"));
  const files = result.testResults.map(({ name, startTime, endTime }) => [
    name,
    (endTime - startTime) / 1000,
  ]);
  console.log(`The slowest of ${files.length} files of ${project} tests:`);
  for (const [name, time] of files.sort((a, b) => b[1] - a[1]).slice(0, 10)) {
    console.log(`${time.toFixed(1).padStart(7)} s  ${relative(root, name)}`);
  }
  for (const { name, assertionResults } of result.testResults) {
    const flaky = assertionResults.filter(
      (test) => test.status === "passed" && test.failureMessages.length > 0,
    );
    for (const { fullName, failureMessages } of flaky)
      flakes.push(`${relative(root, name)}: ${fullName}\n${failureMessages.join("\n")}`);
  }
  totals.passed += result.numPassedTests;
  totals.failed += result.numFailedTests;
  totals.skipped += result.numPendingTests + (result.numTodoTests ?? 0);
  // A file that does not load, or an unhandled error, fails the run without a failed test.
  if (code !== 0 && result.numFailedTests === 0) settle(`vitest ${project}`, `vitest exited with ${code}`);
}

// Changes the formats' code in one place after another and looks whether a test notices: a mutation run. Prints the score
// and each change that no test noticed. Not a part of CI: each change is a run of the tests.
//   node scripts/mutants.mjs [--most 150]
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { mutate } from "./mutate-source.mjs";
import { root } from "./workspace.mjs";

/** What is changed, and the tests that are to notice. */
const targets = [
  {
    files: ["framing", "ir-header", "record-parser", "detection-label", "index-file"].map(
      (name) => `packages/recordio/src/format/${name}.ts`,
    ),
    tests: "packages/recordio/src/format",
  },
  { files: ["packages/contract/src/manifest.ts"], tests: "packages/contract/src/manifest" },
  { files: ["packages/recordio/src/boxes/turn-box.ts"], tests: "packages/recordio/src/boxes/turn-box" },
];

const { values } = parseArgs({ options: { most: { type: "string", default: "150" } } });
const all = targets.flatMap(({ files, tests }) =>
  files.flatMap((file) =>
    mutate(readFileSync(join(root, file), "utf8")).mutants.map((mutant, n) => ({
      ...mutant,
      file,
      tests,
      n,
    })),
  ),
);
// Every so-manieth, so that a short run is of all files, and the same each time.
const step = Math.max(1, all.length / Number(values.most));
const chosen = Array.from({ length: Math.ceil(all.length / step) }, (_, n) => all[Math.floor(n * step)]);
for (const { tests } of targets) {
  if (!passes(tests, "", -1)) throw new Error(`${tests}: the tests fail as it is`);
}
let noticed = 0;
for (const { file, tests, n, line, was, is } of chosen) {
  if (passes(tests, file, n)) console.log(`${file}:${line}: no test notices ${is} for ${was}`);
  else noticed += 1;
}
const share = ((100 * noticed) / chosen.length).toFixed(1);
console.log(`${noticed} of ${chosen.length} changes noticed (${share} %), of ${all.length} that there are`);

/** A change that never ends counts as noticed: nobody would miss it. */
function passes(tests, file, n) {
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const args = [vitest, "run", "--config", "scripts/mutants.config.mjs", "--bail=1", tests];
  const env = { ...process.env, SIGHTLINE_MUTATED: file, SIGHTLINE_MUTANT: String(n) };
  const { status } = spawnSync(process.execPath, args, { cwd: root, env, stdio: "ignore", timeout: 120_000 });
  return status === 0;
}

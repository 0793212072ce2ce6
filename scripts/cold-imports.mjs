// What importing each package costs in a fresh process, beside an empty one: CPU and wall milliseconds, medians, the two
// measured in turn. The last row is the classify handler as Lambda gets it, in one file.
//   node scripts/cold-imports.mjs [--runs 20] [PACKAGE ...]
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { root, workspacePackages } from "./workspace.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: "string", default: "20" } },
});
const runs = Number(values.runs);
mkdirSync(join(root, "node_modules", ".cache"), { recursive: true });
const scratch = mkdtempSync(join(root, "node_modules", ".cache", "cold-imports-"));
const told = `
  const { user, system } = process.cpuUsage();
  console.log((user + system) / 1000);`;
const empty = script("empty", "");

console.log(
  "| package | ESM: CPU ms | wall ms | CommonJS: CPU ms | wall ms |\n| --- | --: | --: | --: | --: |",
);
for (const { name, folder, manifest } of workspacePackages()) {
  const main = manifest.exports?.["."];
  const wanted = positionals.length === 0 || positionals.includes(name);
  if (manifest.private === true || main === undefined || !wanted) continue;
  const dist = (kind) => join(root, folder, main[kind].default ?? main[kind]);
  const esm = compare(script("esm", `await import(${JSON.stringify(pathToFileURL(dist("import")).href)});`));
  const cjs = compare(script("cjs", `require(${JSON.stringify(dist("require"))});`));
  console.log(`| \`${name}\` | ${esm} | ${cjs} |`);
}
if (positionals.length === 0) {
  const bundle = join(scratch, "bundle.mjs");
  const { buildSync } = createRequire(join(root, "packages", "sdk", "package.json"))("esbuild");
  const code = 'import { createClassifyHandler } from "@sightline/sdk/lambda"; export const handler =';
  buildSync({
    stdin: {
      contents: `${code} createClassifyHandler({ endpointName: "drivers" });`,
      resolveDir: join(root, "packages", "load"),
    },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node20",
    mainFields: ["module", "main"],
    banner: {
      js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
    },
    outfile: bundle,
  });
  const cost = compare(script("handler", `await import(${JSON.stringify(pathToFileURL(bundle).href)});`));
  console.log(
    `| the classify handler, bundled: ${Math.round(statSync(bundle).size / 1000)} kB | ${cost} | | |`,
  );
}
rmSync(scratch, { recursive: true });

function script(name, code) {
  const path = join(scratch, `${name}.mjs`);
  const head = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
  writeFileSync(path, `${head}\n${code}\n${told}\n`);
  return path;
}

/** The two in turn, so that what else the machine does falls on both. */
function compare(path) {
  const bare = [];
  const full = [];
  for (let n = 0; n < runs; n++) {
    bare.push(measure(empty));
    full.push(measure(path));
  }
  const more = (key) => Math.round(median(full, key) - median(bare, key));
  return `${more("cpu")} | ${more("wall")}`;
}

function measure(path) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [path], { encoding: "utf8" });
  const wall = performance.now() - started;
  if (status !== 0) throw new Error(stderr);
  return { wall, cpu: Number(stdout) };
}

function median(all, key) {
  return all.map((one) => one[key]).sort((a, b) => a - b)[all.length >> 1];
}

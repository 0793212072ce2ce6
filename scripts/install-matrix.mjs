// Installs packages as they would be published, each alone, by several package managers on several versions of Node.js,
// and marks up a video with each. Prints a Markdown table. Not a part of CI: it takes minutes.
//   node scripts/install-matrix.mjs [--node 20,22,24] [--manager npm,pnpm,yarn] [PACKAGE ...]
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";
import { nodeFolder } from "./node-version.mjs";
import { packAll, serveRegistry } from "./registry.mjs";
import { run } from "./run.mjs";
import { roadVideo } from "./sample-video.mjs";
import { workspacePackages } from "./workspace.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    node: { type: "string", default: "20,22,24" },
    manager: { type: "string", default: "npm,pnpm,yarn,yarn-berry" },
  },
});
const published = workspacePackages().filter(({ manifest }) => manifest.private !== true);
const names = positionals.length > 0 ? positionals : published.map(({ name }) => name);
const managers = {
  npm: (name) => ["npm", ["install", "--no-audit", "--no-fund", name]],
  pnpm: (name) => ["npx", ["-y", "pnpm@10", "add", name]],
  yarn: (name) => ["npx", ["-y", "yarn@1", "add", name]],
  "yarn-berry": (name) => ["npx", ["-y", "@yarnpkg/cli-dist@4", "add", name]],
};

const scratch = mkdtempSync(join(tmpdir(), "sightline-matrix-"));
const folder = join(scratch, "registry");
mkdirSync(folder);
const registry = await serveRegistry(folder, await packAll(published, folder));
const { video, model } = await roadVideo(scratch);
console.log(
  "| package | Node.js | by | s | MB | packages | marks up a video |\n| --- | --- | --- | --: | --: | --: | --- |",
);
let failed = 0;
for (const node of values.node.split(",")) {
  const env = { ...process.env, PATH: `${await nodeFolder(node, scratch)}${delimiter}${process.env.PATH}` };
  // What a user has: nothing that changes what install scripts do.
  delete env.ONNXRUNTIME_NODE_INSTALL;
  for (const manager of values.manager.split(",")) {
    for (const name of names) console.log(await row(name, manager, node, env));
  }
}
await registry.close();
rmSync(scratch, { recursive: true });
process.exit(failed === 0 ? 0 : 1);

async function row(name, manager, node, env) {
  const project = mkdtempSync(join(scratch, "project-"));
  writeFileSync(join(project, "package.json"), '{"name":"empty","private":true}');
  writeFileSync(join(project, ".npmrc"), registry.npmrc);
  if (manager === "yarn-berry") {
    writeFileSync(join(project, "yarn.lock"), "");
    const scope = `npmScopes:\n  sightline:\n    npmRegistryServer: "${registry.url}"\n`;
    const settings = `nodeLinker: node-modules\nenableTelemetry: false\nunsafeHttpWhitelist: ["127.0.0.1"]\n`;
    writeFileSync(join(project, ".yarnrc.yml"), settings + scope);
  }
  const started = performance.now();
  const { code, output } = await run(...managers[manager](name), { cwd: project, env });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (code !== 0) {
    failed += 1;
    console.error(output);
    return `| ${name} | ${node} | ${manager} | failed |`;
  }
  const marked = await mark(project, name, env);
  if (marked.startsWith("no:")) failed += 1;
  const { size, count } = measure(project);
  rmSync(project, { recursive: true });
  return `| ${name} | ${node} | ${manager} | ${seconds} | ${size} | ${count} | ${marked} |`;
}

/** Runs the video-markup that the package brings, wherever its package manager put that. */
async function mark(project, name, env) {
  const script = `
    const { createRequire } = require("node:module");
    const { spawnSync } = require("node:child_process");
    const { dirname, join } = require("node:path");
    let at = join(process.cwd(), "x");
    try {
      for (const name of process.argv[1].split(",")) at = createRequire(at).resolve(name + "/package.json");
    } catch { console.log("has none"); process.exit(); }
    const run = spawnSync(process.execPath, [join(dirname(at), "bin/video-markup.js"), ...process.argv.slice(2)], { encoding: "utf8" });
    console.log(run.status === 0 && run.stdout.includes('"frames":50') ? "yes" : "no: " + run.stdout + run.stderr);`;
  const chains = {
    "@sightline/video-markup": "@sightline/video-markup",
    "@sightline/container": "@sightline/container,@sightline/video-markup",
  };
  const chain = chains[name] ?? `${name},@sightline/container,@sightline/video-markup`;
  const args = ["-e", script, chain, video, "--model", model, "--json", "-o", join(project, "marked.mp4")];
  return (await run("node", args, { cwd: project, env })).output.trim();
}

function measure(project) {
  const modules = join(project, "node_modules");
  const kilobytes = execFileSync("du", ["-sk", modules], { encoding: "utf8" }).split("\t")[0];
  const found = new Set();
  const visit = (at) => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      const path = join(at, entry.name);
      if (entry.name === "node_modules" || entry.name === ".pnpm" || entry.name.startsWith("@")) visit(path);
      else if (/node_modules(\/@[^/]+)?$/.test(at)) {
        if (!entry.name.startsWith(".")) found.add(path);
        visit(path);
      } else if (at.endsWith(".pnpm")) visit(path);
    }
  };
  visit(modules);
  return { size: Math.round(kilobytes / 1024), count: found.size };
}

// Builds every package whose sources, settings or dependencies changed since its last build: JavaScript by tsup,
// while one incremental `tsc -b` checks the types of all and writes declarations, which are then rolled up.
//   node scripts/build.mjs [--quiet] [--force] [--clean] [--for PACKAGE]     the package and what it needs
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { forgetRemovedSources, hasDeclarations, rollUpDeclarations, typesFolder } from "./declarations.mjs";
import { run } from "./run.mjs";
import { root, workspacePackages } from "./workspace.mjs";

const args = process.argv.slice(2);
const flags = new Set(args);
const stampFolder = join(root, "node_modules", ".cache", "sightline-build");
mkdirSync(stampFolder, { recursive: true });
const workspace = workspacePackages();
const wanted = flags.has("--for") ? neededBy(args[args.indexOf("--for") + 1]) : workspace;
const packages = wanted.filter((pkg) => pkg.manifest.scripts?.build);

if (flags.has("--clean")) {
  for (const pkg of packages) rmSync(join(root, pkg.folder, "dist"), { recursive: true, force: true });
  rmSync(typesFolder, { recursive: true, force: true });
  process.exit(0);
}

const shared = digest([
  "tsup.base.ts",
  "scripts/assembly-plugin.ts",
  "tsconfig.base.json",
  "tsconfig.src.json",
  "pnpm-lock.yaml",
]);
const stamps = new Map();
for (const pkg of workspace) stamps.set(pkg.name, stampOf(pkg));
const stale = packages.filter((pkg) => flags.has("--force") || !isBuilt(pkg));
const started = Date.now();
if (stale.length > 0) {
  forgetRemovedSources(workspace);
  await Promise.all([checkTypes(), bundleAll()]);
  for (const pkg of stale) {
    await rollUpDeclarations(pkg);
    writeFileSync(stampPath(pkg), stamps.get(pkg.name));
  }
}
if (!flags.has("--quiet") || stale.length > 0) {
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const done = `${stale.length} of ${packages.length} packages in ${seconds} s`;
  console.error(`build: ${stale.length === 0 ? "nothing changed" : done}`);
}

async function checkTypes() {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  await must("types", [tsc, "-b", typesConfig()], root);
}

/** That of all packages, unless few are wanted and all were not checked before: then what they share is known already. */
function typesConfig() {
  const all = "tsconfig.src.json";
  if (wanted === workspace || existsSync(join(typesFolder, "src.tsbuildinfo"))) return all;
  const name = wanted.at(-1).name.replaceAll("/", "+");
  const path = join(typesFolder, `${name}.json`);
  const config = {
    extends: `../${all}`,
    compilerOptions: { tsBuildInfoFile: `./${name}.tsbuildinfo` },
    include: wanted.flatMap(({ folder }) => [`../${folder}/src`, `../${folder}/**/*.json`]),
  };
  mkdirSync(typesFolder, { recursive: true });
  writeFileSync(path, JSON.stringify(config));
  return path;
}

/** A package and what it needs of the workspace, itself last. */
function neededBy(name) {
  const needed = new Set();
  const take = (each) => {
    const pkg = workspace.find((one) => one.name === each);
    if (pkg === undefined) throw new Error(`build: there is no package ${each}`);
    pkg.needs.forEach(take);
    needed.add(pkg);
  };
  take(name);
  return workspace.filter((pkg) => needed.has(pkg));
}

/** One after another: the types take the other processor for longer. */
async function bundleAll() {
  // Straight to tsup: going through pnpm would check the installed dependencies once a package.
  const tsup = join(root, "node_modules", "tsup", "dist", "cli-default.js");
  for (const pkg of stale) {
    rmSync(stampPath(pkg), { force: true });
    await must(pkg.name, [tsup, "--silent"], join(root, pkg.folder));
    console.error(`build: ${pkg.name}`);
  }
}

async function must(what, args, cwd) {
  const { code, output } = await run(process.execPath, args, { cwd });
  if (code === 0) return;
  console.error(`build: ${what} failed\n${output}`);
  process.exit(1);
}

// Outside dist/, which is what gets published.
function stampPath(pkg) {
  return join(stampFolder, pkg.name.replaceAll("/", "+"));
}

function isBuilt(pkg) {
  const there =
    existsSync(join(root, pkg.folder, "dist")) && existsSync(stampPath(pkg)) && hasDeclarations(pkg);
  return there && readFileSync(stampPath(pkg), "utf8") === stamps.get(pkg.name);
}

function stampOf(pkg) {
  const folder = join(root, pkg.folder, "src");
  const sources = (existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [])
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".test.ts"))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length))
    .sort();
  const own = digest([...sources, join(pkg.folder, "package.json"), join(pkg.folder, "tsup.config.ts")]);
  return [process.versions.modules, shared, own, ...pkg.needs.map((name) => stamps.get(name) ?? "")]
    .reduce((hash, part) => hash.update(part), createHash("sha256"))
    .digest("hex");
}

function digest(paths) {
  const hash = createHash("sha256");
  for (const path of paths) {
    const full = join(root, path);
    if (existsSync(full)) hash.update(path).update("\0").update(readFileSync(full));
  }
  return hash.digest("hex");
}

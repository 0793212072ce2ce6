// Builds every package whose sources, settings or dependencies changed since its last build.
//   node scripts/build.mjs [--quiet] [--force] [--clean]
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, workspacePackages } from "./workspace.mjs";

const flags = new Set(process.argv.slice(2));
const lanes = 2;
const stampFolder = join(root, "node_modules", ".cache", "sightline-build");
mkdirSync(stampFolder, { recursive: true });
const packages = workspacePackages().filter((pkg) => pkg.manifest.scripts?.build);

if (flags.has("--clean")) {
  for (const pkg of packages) rmSync(join(root, pkg.folder, "dist"), { recursive: true, force: true });
  process.exit(0);
}

const stamps = new Map();
const shared = digest(["tsup.base.ts", "tsconfig.base.json", "pnpm-lock.yaml"]);
for (const pkg of packages) stamps.set(pkg.name, stampOf(pkg));
const stale = new Set(
  packages.filter((pkg) => flags.has("--force") || readStamp(pkg) !== stamps.get(pkg.name)),
);

const started = Date.now();
const done = new Map();
const waiting = [...stale];
await Promise.all(Array.from({ length: lanes }, lane));
if (!flags.has("--quiet") || stale.size > 0) {
  console.error(
    stale.size === 0
      ? "build: nothing changed"
      : `build: ${stale.size} of ${packages.length} packages in ${((Date.now() - started) / 1000).toFixed(1)} s`,
  );
}

async function lane() {
  for (;;) {
    const ready = waiting.findIndex((pkg) =>
      pkg.needs.every((name) => ![...stale].some((other) => other.name === name) || done.has(name)),
    );
    if (ready === -1) {
      if (waiting.length === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 30));
      continue;
    }
    const [pkg] = waiting.splice(ready, 1);
    await build(pkg);
    done.set(pkg.name, true);
  }
}

function build(pkg) {
  return new Promise((resolve) => {
    const cwd = join(root, pkg.folder);
    rmSync(stampPath(pkg), { force: true });
    // Straight to tsup: going through pnpm would check the installed dependencies once a package.
    const tsup = join(root, "node_modules", "tsup", "dist", "cli-default.js");
    const child = spawn(process.execPath, [tsup, "--silent"], { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      output += chunk;
    });
    child.on("close", (code) => {
      if (code !== 0) {
        console.error(`build: ${pkg.name} failed\n${output}`);
        process.exit(1);
      }
      writeFileSync(stampPath(pkg), stamps.get(pkg.name));
      console.error(`build: ${pkg.name}`);
      resolve();
    });
  });
}

// Outside dist/, which is what gets published.
function stampPath(pkg) {
  return join(stampFolder, pkg.name.replaceAll("/", "+"));
}

function readStamp(pkg) {
  const built = existsSync(join(root, pkg.folder, "dist")) && existsSync(stampPath(pkg));
  return built ? readFileSync(stampPath(pkg), "utf8") : undefined;
}

function stampOf(pkg) {
  const sources = readdirSync(join(root, pkg.folder, "src"), { recursive: true, withFileTypes: true })
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

// Packs every published package, installs the tarballs into an empty project, then imports and requires
// them: what a user gets, not what the workspace links.
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./workspace.mjs";

/** Calls `settle(title, problem | undefined)` once a check. */
export async function checkPackedPackages(packages, scratch, settle) {
  const tarballs = join(scratch, "tarballs");
  const project = join(scratch, "project");
  mkdirSync(tarballs, { recursive: true });
  mkdirSync(project, { recursive: true });
  for (const pkg of packages) {
    const args = ["-y", "pnpm@10", "pack", "--pack-destination", tarballs];
    const packed = await run("npx", args, join(root, pkg.folder));
    if (packed.code !== 0) return settle(`pack ${pkg.name}`, packed.output);
  }
  const files = Object.fromEntries(
    packages.map((pkg) => {
      const prefix = `${pkg.name.replace("@", "").replace("/", "-")}-${pkg.manifest.version}.tgz`;
      return [
        pkg.name,
        `file:${join(
          tarballs,
          readdirSync(tarballs).find((name) => name === prefix),
        )}`,
      ];
    }),
  );
  const manifest = { name: "empty", private: true, dependencies: files, pnpm: { overrides: files } };
  writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
  const install = ["-y", "pnpm@10", "install", "--prefer-offline", "--ignore-scripts", "--ignore-workspace"];
  const installed = await run("npx", install, project);
  settle(
    "packed packages install into an empty project",
    installed.code === 0 ? undefined : installed.output,
  );
  if (installed.code !== 0) return;
  for (const pkg of packages) {
    if (pkg.manifest.exports === undefined) continue;
    const load = `const m = await import("${pkg.name}"); if (Object.keys(m).length === 0) throw new Error("no exports")`;
    const require_ = `if (Object.keys(require("${pkg.name}")).length === 0) throw new Error("no exports")`;
    const imported = await run(process.execPath, ["--input-type=module", "-e", load], project);
    settle(`import ${pkg.name}`, imported.code === 0 ? undefined : imported.output);
    const required = await run(process.execPath, ["--input-type=commonjs", "-e", require_], project);
    settle(`require ${pkg.name}`, required.code === 0 ? undefined : required.output);
  }
}

function run(command, args, cwd) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
      });
    }
    child.on("close", (code) => resolve({ code, output }));
  });
}

// Packs every published package, installs the tarballs into an empty project, then imports and requires
// them: what a user gets, not what the workspace links.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { run } from "./run.mjs";
import { root } from "./workspace.mjs";

/** Calls `settle(title, problem | undefined)` once a check. */
export async function checkPackedPackages(packages, scratch, settle) {
  const tarballs = join(scratch, "tarballs");
  const project = join(scratch, "project");
  mkdirSync(tarballs, { recursive: true });
  mkdirSync(project, { recursive: true });
  for (const pkg of packages) {
    const args = ["-y", "pnpm@10", "pack", "--pack-destination", tarballs];
    const packed = await run("npx", args, { cwd: join(root, pkg.folder) });
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
  const installed = await run("npx", install, { cwd: project });
  settle(
    "packed packages install into an empty project",
    installed.code === 0 ? undefined : installed.output,
  );
  if (installed.code !== 0) return;
  for (const pkg of packages) {
    const leaks = privateNames(join(project, "node_modules", pkg.name, "dist"));
    settle(`${pkg.name} names no private package`, leaks.length === 0 ? undefined : leaks.join("\n"));
  }
  const problems = await readTypes(packages, project);
  settle("stock tslab's TypeScript reads the packed declarations", problems);
  for (const pkg of packages) {
    if (pkg.manifest.exports === undefined) continue;
    const load = `const m = await import("${pkg.name}"); if (Object.keys(m).length === 0) throw new Error("no exports")`;
    const require_ = `if (Object.keys(require("${pkg.name}")).length === 0) throw new Error("no exports")`;
    const imported = await run(process.execPath, ["--input-type=module", "-e", load], { cwd: project });
    settle(`import ${pkg.name}`, imported.code === 0 ? undefined : imported.output);
    const required = await run(process.execPath, ["--input-type=commonjs", "-e", require_], { cwd: project });
    settle(`require ${pkg.name}`, required.code === 0 ? undefined : required.output);
  }
}

/** Files of a packed package that import or declare by a package that is not published. */
function privateNames(dist) {
  return readdirSync(dist, { recursive: true })
    .filter((file) => /\.(d\.c?ts|c?js)$/.test(file))
    .filter((file) => /["']@sightline\/(foundation|contract)\//.test(readFileSync(join(dist, file), "utf8")));
}

/** Compiles a file that uses every package, with the TypeScript that a stock tslab kernel has, and tells what it says of ours. */
async function readTypes(packages, project) {
  const notebook = createRequire(join(root, "packages", "notebook", "package.json"));
  const tslab = createRequire(notebook.resolve("tslab"));
  const uses = packages.filter(({ manifest }) => manifest.exports !== undefined);
  const lines = uses.map(
    ({ name }, n) =>
      `import * as p${n} from "${name}";\nexport const keys${n}: string[] = Object.keys(p${n});`,
  );
  writeFileSync(join(project, "uses.ts"), `${lines.join("\n")}\n`);
  const settings = [
    "--noEmit",
    "--strict",
    "--target",
    "es2022",
    "--module",
    "commonjs",
    "--moduleResolution",
    "node10",
  ];
  const types = ["--types", "node", "--typeRoots", join(root, "node_modules", "@types"), "uses.ts"];
  const { code, output } = await run(
    process.execPath,
    [tslab.resolve("typescript/lib/tsc.js"), ...settings, ...types],
    {
      cwd: project,
    },
  );
  if (code === 0) return undefined;
  // Other packages' declarations may want a newer compiler.
  const ours = output
    .split("\n")
    .filter((line) => /^(uses\.ts|node_modules\/\.pnpm\/[^(]*@sightline)/.test(line));
  return ours.length === 0 ? undefined : ours.join("\n");
}

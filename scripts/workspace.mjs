// The workspace as its package.json files describe it, in build order.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Every workspace package with its folder, manifest and workspace dependencies, dependencies first. */
export function workspacePackages() {
  const parents = ["packages", "examples"].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => join(parent, name)),
  );
  const found = new Map();
  for (const folder of ["container", "notebooks", ...parents]) {
    const manifestPath = join(root, folder, "package.json");
    if (!existsSync(manifestPath)) continue;
    const manifest = JSON.parse(readFileSync(manifestPath, "utf8"));
    const all = { ...manifest.dependencies, ...manifest.devDependencies };
    found.set(manifest.name, { name: manifest.name, folder, manifest, needs: Object.keys(all) });
  }
  const ordered = [];
  const state = new Map();
  const visit = (pkg, path) => {
    if (state.get(pkg) === "done") return;
    if (state.get(pkg) === "open") throw new Error(`Package cycle: ${[...path, pkg.name].join(" -> ")}`);
    state.set(pkg, "open");
    pkg.needs = pkg.needs.filter((name) => found.has(name));
    for (const name of pkg.needs) visit(found.get(name), [...path, pkg.name]);
    state.set(pkg, "done");
    ordered.push(pkg);
  };
  for (const pkg of found.values()) visit(pkg, []);
  return ordered;
}

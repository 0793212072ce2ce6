// Rolls the declarations that `tsc -b tsconfig.src.json` wrote up into one file for each entry of a package, with
// the private packages' parts inside: `dist/NAME.d.ts`, and the same as `dist/NAME.d.cts`.
import { copyFileSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";
import { root } from "./workspace.mjs";

/** Where tsc writes, laid out as the workspace is. */
export const typesFolder = join(root, ".types");
const bundled = /^@sightline\/(foundation|contract)\/(.+)$/;

/** Writes the declarations of a package. */
export async function rollUpDeclarations(pkg) {
  const dist = join(root, pkg.folder, "dist");
  for (const name of declared(pkg.manifest)) {
    const source = [`${name}.d.ts`, join(name, "index.d.ts")]
      .map((file) => join(typesFolder, pkg.folder, "src", file))
      .find(existsSync);
    if (source === undefined) {
      throw new Error(
        `${pkg.name} exports dist/${name}.d.ts, but there is no src/${name}.ts and no src/${name}/index.ts`,
      );
    }
    const bundle = await rollup({
      input: source,
      external: (id) => !id.startsWith(".") && !id.startsWith("/") && !bundled.test(id),
      plugins: [privatePackages, dts({ compilerOptions: { skipLibCheck: true, noEmit: false, paths: {} } })],
      // An empty chunk or a circle among declarations is nothing to warn of.
      onwarn: () => {},
    });
    await bundle.write({ file: join(dist, `${name}.d.ts`), format: "es" });
    await bundle.close();
    copyFileSync(join(dist, `${name}.d.ts`), join(dist, `${name}.d.cts`));
  }
}

/** Whether each declaration that a package exports is there. */
export function hasDeclarations(pkg) {
  return declared(pkg.manifest).every((name) => existsSync(join(root, pkg.folder, "dist", `${name}.d.ts`)));
}

const privatePackages = {
  name: "private-packages",
  resolveId(id) {
    const [, pkg, part] = bundled.exec(id) ?? [];
    return pkg === undefined ? null : join(typesFolder, "packages", pkg, "src", `${part}.d.ts`);
  },
};

/** Names of the declarations that a manifest's exports promise. */
function declared(manifest) {
  const found = JSON.stringify(manifest.exports ?? {}).matchAll(/"\.\/dist\/([^"]+)\.d\.ts"/g);
  return [...new Set([...found].map(([, name]) => name))];
}

/** Removes the cached declarations of sources that are gone: a stale one would go on being rolled up. */
export function forgetRemovedSources(packages) {
  for (const { folder } of packages) {
    const types = join(typesFolder, folder, "src");
    if (!existsSync(types)) continue;
    for (const file of readdirSync(types, { recursive: true })) {
      if (!file.endsWith(".d.ts")) continue;
      const source = join(root, folder, "src", file.replace(/\.d\.ts$/, ".ts"));
      if (!existsSync(source)) rmSync(join(types, file), { force: true });
    }
  }
}

// Type-checks every ```ts block of the READMEs, each as a module of its own, against the built packages.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, workspacePackages } from "./workspace.mjs";

// The root README may import what its quickstart imports.
const places = [
  { readme: "README.md", folder: "examples/quickstart" },
  ...workspacePackages().map((pkg) => ({ readme: join(pkg.folder, "README.md"), folder: pkg.folder })),
];
const byFolder = new Map();
for (const place of places) byFolder.set(place.folder, [...(byFolder.get(place.folder) ?? []), place]);
let snippets = 0;
let failed = 0;

for (const [folder, readmes] of byFolder) {
  const scratch = join(root, folder, ".snippets");
  rmSync(scratch, { recursive: true, force: true });
  const files = readmes.flatMap(({ readme }) => extract(readme));
  if (files.length === 0) continue;
  mkdirSync(scratch);
  for (const { name, code } of files) writeFileSync(join(scratch, name), code);
  const settings = { extends: join(root, "tsconfig.base.json"), include: ["*.ts"] };
  writeFileSync(join(scratch, "tsconfig.json"), JSON.stringify(settings));
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", scratch], {
    cwd: root,
    encoding: "utf8",
  });
  snippets += files.length;
  if (status !== 0) {
    failed += 1;
    console.error(`snippets: ${folder}\n${stdout}`);
  }
  rmSync(scratch, { recursive: true, force: true });
}
console.error(`snippets: ${snippets} type-checked, ${failed} README(s) with errors`);
process.exit(failed === 0 ? 0 : 1);

/** The file's name carries README and line, so that the compiler's message leads back to them. */
function extract(readme) {
  const path = join(root, readme);
  if (!existsSync(path)) return [];
  const text = readFileSync(path, "utf8");
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => {
    const line = text.slice(0, match.index).split("\n").length + 1;
    const name = `${readme.replaceAll("/", "-").replace(".md", "")}-line-${line}.ts`;
    return { name, code: `${match[1]}\nexport {};\n` };
  });
}

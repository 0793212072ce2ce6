// Type-checks what the build does not: tests, benches, settings, and every ```ts block of the READMEs and docs, each
// as a module of its own. One incremental program over the sources' declarations.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.mjs";
import { root, workspacePackages } from "./workspace.mjs";

// A page may import what the packages of its folder may; the root's and the site's what the quickstart may.
const site = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
const places = [
  ...["README.md", ...site.map((name) => join("docs", name))].map((page) => ({
    page,
    // The page of an account has a stack in it.
    folder: page === join("docs", "aws.md") ? "packages/constructs" : "examples/quickstart",
  })),
  ...workspacePackages().map((pkg) => ({ page: join(pkg.folder, "README.md"), folder: pkg.folder })),
];
const scratch = [...new Set(places.map(({ folder }) => join(root, folder, ".snippets")))];
const clean = () => {
  for (const folder of scratch) rmSync(folder, { recursive: true, force: true });
};

clean();
let snippets = 0;
for (const { page, folder } of places) {
  for (const { name, code } of extract(page)) {
    mkdirSync(join(root, folder, ".snippets"), { recursive: true });
    writeFileSync(join(root, folder, ".snippets", name), code);
    snippets += 1;
  }
}
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
const { code, output } = await run(process.execPath, [tsc, "-b", "tsconfig.test.json"], { cwd: root });
clean();
if (output !== "") console.error(output);
console.error(
  `typecheck: ${code === 0 ? "clean" : "failed"}, with ${snippets} snippets of the READMEs and the site`,
);
process.exit(code);

/** The file's name carries page and line, so that the compiler's message leads back to them. */
function extract(page) {
  const path = join(root, page);
  if (!existsSync(path)) return [];
  const text = readFileSync(path, "utf8");
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => {
    const line = text.slice(0, match.index).split("\n").length + 1;
    const name = `${page.replaceAll("/", "-").replace(".md", "")}-line-${line}.ts`;
    return { name, code: `${match[1]}\nexport {};\n` };
  });
}

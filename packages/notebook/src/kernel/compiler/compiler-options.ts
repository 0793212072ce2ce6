import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type TypeScript from "typescript";
import type { Ts } from "./typescript.js";

/** The language of a kernel's cells. */
export type CellLanguage = "typescript" | "javascript";

/** Compiler options for cells: tslab's, as far as newer compilers and Node versions have not gone beyond them. */
export function compilerOptions(ts: Ts, folder: string): TypeScript.CompilerOptions {
  const roots = typeRoots(folder);
  return {
    target: ts.ScriptTarget.ES2022,
    lib: libraries().map((name) => `lib.${name}.d.ts`),
    // Imports stay as written, and `import x = require()` is allowed beside them.
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    esModuleInterop: true,
    resolveJsonModule: true,
    // `./helper.ts` as Deno and newer versions of Node want it, beside `./helper` as tslab does.
    allowImportingTsExtensions: true,
    allowJs: true,
    checkJs: false,
    experimentalDecorators: true,
    jsx: ts.JsxEmit.React,
    strict: false,
    skipLibCheck: true,
    noEmitOnError: false,
    // A `const enum` is an object too: later cells may ask for it.
    preserveConstEnums: true,
    sourceMap: true,
    // Nothing is written; but a JavaScript cell's output must not have the name of its source.
    rootDir: folder,
    outDir: join(folder, "__out__"),
    newLine: ts.NewLineKind.LineFeed,
    types: typePackages(roots),
    typeRoots: roots,
  };
}

function libraries(): string[] {
  const major = Number(process.versions.node.split(".")[0]);
  const common = ["esnext.disposable", "esnext.decorators"];
  return major >= 22
    ? ["es2024", "esnext.array", "esnext.collection", "esnext.iterator", ...common]
    : ["es2023", ...common];
}

/** Folders named `node_modules/@types` from the notebook's folder up, then the one with this package's own `@types/node`. */
function typeRoots(folder: string): string[] {
  const roots: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    const root = join(at, "node_modules", "@types");
    if (existsSync(root)) roots.push(root);
    if (dirname(at) === at) break;
  }
  const own = createRequire(import.meta.url).resolve("@types/node/package.json");
  return [...roots, join(dirname(own), "..")];
}

/** Without Node's types every cell would fail with "Cannot find name 'console'". */
function typePackages(roots: readonly string[]): string[] {
  const own = roots.slice(0, -1).flatMap((root) => readdirSync(root));
  return [...new Set(["node", ...own.filter((name) => !name.startsWith("."))])];
}

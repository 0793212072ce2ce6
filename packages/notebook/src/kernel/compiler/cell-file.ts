import type TypeScript from "typescript";
import type { CellLanguage } from "./compiler-options.js";
import { type DeclaredName, declaredNames } from "./declared-names.js";
import type { Scope } from "./scope.js";
import type { Ts } from "./typescript.js";

/** A cell as a file for the compiler. */
export interface CellFile {
  /** Ending of its file name: `.tsx` for a cell that only makes sense with JSX. */
  readonly extension: ".ts" | ".tsx" | ".js";
  /** Errors of syntax; the rest is empty then. */
  readonly errors: readonly TypeScript.Diagnostic[];
  readonly names: readonly DeclaredName[];
  /** The cell, then the scope's declarations and exports of everything: positions in the cell stay what they are. */
  readonly text: string;
}

/** Makes a cell's file in a scope. `complete` declares all names of the scope, not only those that it mentions. */
export function cellFile(
  ts: Ts,
  source: string,
  language: CellLanguage,
  scope: Scope,
  complete = false,
): CellFile {
  const parsed = parseCell(ts, source, language);
  const { file, extension } = parsed;
  const errors = complete ? [] : parsed.errors;
  const names = declaredNames(ts, file);
  const { identifiers } = file as unknown as { readonly identifiers: ReadonlyMap<string, string> };
  const mentioned = new Set(identifiers.keys());
  // JSX is calls of React.createElement, which it does not write.
  if (extension === ".tsx") mentioned.add("React");
  const declarations = scope.declarations(complete ? undefined : mentioned, names);
  const exported = exportedNames(ts, file);
  const rest = [...new Set(names.map(({ name }) => name))].filter((name) => !exported.has(name));
  return { extension, errors, names, text: `${source}\n;${declarations} export { ${rest.join(", ")} };` };
}

/** Parses a cell; one that fails as TypeScript and is right with JSX has JSX. */
export function parseCell(ts: Ts, source: string, language: CellLanguage) {
  const first = parse(ts, source, language === "javascript" ? ".js" : ".ts");
  if (first.errors.length === 0 || language === "javascript") return first;
  const second = parse(ts, source, ".tsx");
  return second.errors.length === 0 ? second : first;
}

function parse(ts: Ts, source: string, extension: CellFile["extension"]) {
  const file = ts.createSourceFile(`cell${extension}`, source, ts.ScriptTarget.ESNext);
  const errors = (file as unknown as { readonly parseDiagnostics: readonly TypeScript.Diagnostic[] })
    .parseDiagnostics;
  return { file, extension, errors };
}

function exportedNames(ts: Ts, file: TypeScript.SourceFile): Set<string> {
  const exported = new Set<string>();
  for (const statement of file.statements) {
    if (
      ts.isExportDeclaration(statement) &&
      statement.exportClause !== undefined &&
      statement.moduleSpecifier === undefined
    ) {
      if (ts.isNamedExports(statement.exportClause))
        for (const { name } of statement.exportClause.elements) exported.add(name.text);
    }
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
    const kinds = new Set(modifiers.map(({ kind }) => kind));
    // A default export is exported under another name.
    if (!kinds.has(ts.SyntaxKind.ExportKeyword) || kinds.has(ts.SyntaxKind.DefaultKeyword)) continue;
    for (const { name } of declaredNames(ts, { ...file, statements: [statement] } as never))
      exported.add(name);
  }
  return exported;
}

import type TypeScript from "typescript";
import type { Ts } from "./typescript.js";

/** How a name at the top of a cell is declared. */
export interface DeclaredName {
  readonly name: string;
  /** `assignable`: `let` and `var`, which later cells may set. */
  readonly kind: "assignable" | "fixed";
  /** Whether it names a value, a type, or both. */
  readonly space: "value" | "type" | "both";
}

/** The names that a cell declares at its top, also by `var` inside of its blocks; in order, a name may come twice. */
export function declaredNames(ts: Ts, file: TypeScript.SourceFile): DeclaredName[] {
  const names: DeclaredName[] = [];
  const bind = (name: TypeScript.BindingName, kind: DeclaredName["kind"]) => {
    for (const one of boundNames(ts, name)) names.push({ name: one, kind, space: "value" });
  };
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement)) {
      const constant = (statement.declarationList.flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.Const;
      const using = (statement.declarationList.flags & ts.NodeFlags.Using) === ts.NodeFlags.Using;
      for (const { name } of statement.declarationList.declarations)
        bind(name, constant || using ? "fixed" : "assignable");
    } else if (ts.isFunctionDeclaration(statement)) {
      if (statement.name !== undefined)
        names.push({ name: statement.name.text, kind: "fixed", space: "value" });
    } else if (ts.isClassDeclaration(statement)) {
      if (statement.name !== undefined)
        names.push({ name: statement.name.text, kind: "fixed", space: "both" });
    } else if (ts.isEnumDeclaration(statement)) {
      names.push({ name: statement.name.text, kind: "fixed", space: "both" });
    } else if (ts.isModuleDeclaration(statement)) {
      // `declare module "x"` and `declare global` add to what is elsewhere.
      if (ts.isIdentifier(statement.name) && (statement.flags & ts.NodeFlags.GlobalAugmentation) === 0)
        names.push({ name: statement.name.text, kind: "fixed", space: "both" });
    } else if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) {
      names.push({ name: statement.name.text, kind: "fixed", space: "type" });
    } else if (ts.isImportEqualsDeclaration(statement)) {
      names.push({
        name: statement.name.text,
        kind: "fixed",
        space: statement.isTypeOnly ? "type" : "both",
      });
    } else if (ts.isImportDeclaration(statement)) {
      names.push(...importedNames(ts, statement));
    } else {
      for (const name of nestedVars(ts, statement)) bind(name, "assignable");
    }
  }
  return names;
}

function importedNames(ts: Ts, { importClause }: TypeScript.ImportDeclaration): DeclaredName[] {
  if (importClause === undefined) return [];
  const { name, namedBindings } = importClause;
  const found: { readonly name: TypeScript.Identifier; readonly typeOnly: boolean }[] = [];
  if (name !== undefined) found.push({ name, typeOnly: importClause.isTypeOnly });
  if (namedBindings !== undefined && ts.isNamespaceImport(namedBindings))
    found.push({ name: namedBindings.name, typeOnly: importClause.isTypeOnly });
  if (namedBindings !== undefined && ts.isNamedImports(namedBindings)) {
    for (const element of namedBindings.elements)
      found.push({ name: element.name, typeOnly: importClause.isTypeOnly || element.isTypeOnly });
  }
  return found.map(({ name, typeOnly }) => ({
    name: name.text,
    kind: "fixed",
    space: typeOnly ? "type" : "both",
  }));
}

/** The names in a binding pattern. */
export function* boundNames(ts: Ts, name: TypeScript.BindingName): Generator<string> {
  if (ts.isIdentifier(name)) {
    yield name.text;
    return;
  }
  for (const element of name.elements) {
    if (ts.isBindingElement(element)) yield* boundNames(ts, element.name);
  }
}

/** Names declared by `var` in a statement's inner blocks: they are the whole cell's. */
export function* nestedVars(ts: Ts, node: TypeScript.Node): Generator<TypeScript.BindingName> {
  const lists: TypeScript.VariableDeclarationList[] = [];
  const visit = (inner: TypeScript.Node): void => {
    if (ts.isFunctionLike(inner) || ts.isClassLike(inner) || ts.isModuleDeclaration(inner)) return;
    if (ts.isVariableDeclarationList(inner) && (inner.flags & ts.NodeFlags.BlockScoped) === 0)
      lists.push(inner);
    ts.forEachChild(inner, visit);
  };
  visit(node);
  for (const { declarations } of lists) for (const { name } of declarations) yield name;
}

// Fails where something that a package gives away has no docblock: each function, class, constant and type, and each
// member of an option, result, event or class, as its rolled-up declarations show them.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { root, workspacePackages } from "./workspace.mjs";

let bare = 0;
for (const { name, folder, manifest } of workspacePackages()) {
  const dist = join(root, folder, "dist");
  if (manifest.private || manifest.exports === undefined || !existsSync(dist)) continue;
  for (const file of readdirSync(dist).filter((entry) => entry.endsWith(".d.ts"))) {
    const source = ts.createSourceFile(
      file,
      readFileSync(join(dist, file), "utf8"),
      ts.ScriptTarget.Latest,
      true,
    );
    for (const [what, node] of described(source)) {
      if (ts.getJSDocCommentsAndTags(node).length > 0) continue;
      bare += 1;
      console.error(`docblocks: ${name}: ${what} has none`);
    }
  }
}
console.error(`docblocks: ${bare === 0 ? "every export and member has one" : `${bare} missing`}`);
process.exit(bare === 0 ? 0 : 1);

/** Every declaration and member that wants a docblock, with its name for people. */
function* described(source) {
  const overloads = new Set();
  for (const statement of source.statements) {
    if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) {
        // What a class extends that a call gave; the compiler names it.
        if (!name.getText().endsWith("_base")) yield [name.getText(), statement];
      }
    } else if (statement.name !== undefined) {
      const name = statement.name.getText();
      // One docblock serves all overloads.
      if (ts.isFunctionDeclaration(statement) && overloads.has(name)) continue;
      if (ts.isFunctionDeclaration(statement)) overloads.add(name);
      yield [name, statement];
      yield* members(statement, name);
    }
  }
}

function* members(node, path) {
  if (ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node) || ts.isTypeLiteralNode(node)) {
    for (const member of node.members) {
      if (!wantsDocblock(member)) continue;
      const name = `${path}.${member.name.getText()}`;
      yield [name, member];
      if (member.type !== undefined) yield* members(member.type, name);
    }
  } else if (ts.isTypeAliasDeclaration(node)) {
    yield* members(node.type, path);
  } else if (ts.isUnionTypeNode(node) || ts.isIntersectionTypeNode(node)) {
    for (const part of node.types) yield* members(part, path);
  }
}

/**
 * `kind` or `type` says which member of a union it is, `value` beside it what that holds, `name` which error: the
 * declared type tells all of it.
 */
function wantsDocblock(member) {
  if (member.name === undefined || ts.isPrivateIdentifier(member.name)) return false;
  const hidden =
    ts.canHaveModifiers(member) &&
    ts.getModifiers(member)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);
  if (
    member.name.getText() === "value" &&
    ts.isTypeLiteralNode(member.parent) &&
    member.parent.members.length === 2
  )
    return false;
  const literal = member.type !== undefined && ts.isLiteralTypeNode(member.type);
  const name = member.name.getText();
  return (
    !hidden &&
    !(literal && (name === "kind" || name === "type")) &&
    !(name === "name" && ts.isClassDeclaration(member.parent))
  );
}

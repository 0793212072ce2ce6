import type TypeScript from "typescript";
import { handleMembers, handleName } from "./cell-handle.js";
import { runtimeName } from "./global-names.js";
import type { Ts } from "./typescript.js";

/**
 * Transforms a cell before TypeScript does: names that must not shadow Node's globals are renamed, CommonJS's names,
 * `import()` and `import.meta` go to the kernel, and the value of the last expression is handed over. What stands behind
 * the cell's own text of `length` units is for the checker alone.
 */
export function cellNames(
  ts: Ts,
  checker: TypeScript.TypeChecker,
  length: number,
): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  const { factory } = ts;
  const handle = (member: string) =>
    factory.createPropertyAccessExpression(factory.createIdentifier(handleName), member);

  return (context) => (file) => {
    /** What stands in an identifier's place; undefined when it stays. */
    const replacement = (node: TypeScript.Identifier, symbol: TypeScript.Symbol | undefined) => {
      const name = node.text;
      const renamed = runtimeName(name);
      if (renamed !== name && isOfCell(ts, symbol, file)) {
        return ts.setTextRange(factory.createIdentifier(renamed), node);
      }
      if (!handleMembers.has(name) || isOfFile(symbol, file)) return undefined;
      return ts.setTextRange(handle(name), node);
    };
    const replaced = (node: TypeScript.Identifier) =>
      runtimeName(node.text) === node.text && !handleMembers.has(node.text)
        ? undefined
        : replacement(node, checker.getSymbolAtLocation(node));

    const visit = (node: TypeScript.Node): TypeScript.Node => {
      if (ts.isIdentifier(node)) return isReference(ts, node) ? (replaced(node) ?? node) : node;
      if (ts.isShorthandPropertyAssignment(node)) {
        const value = replacement(node.name, checker.getShorthandAssignmentValueSymbol(node));
        if (value === undefined) return ts.visitEachChild(node, visit, context);
        const initializer = node.objectAssignmentInitializer;
        const target =
          initializer === undefined
            ? value
            : factory.createAssignment(value, ts.visitNode(initializer, visit) as TypeScript.Expression);
        return factory.createPropertyAssignment(node.name, target);
      }
      if (ts.isBindingElement(node) && ts.isIdentifier(node.name) && ts.isObjectBindingPattern(node.parent)) {
        const name = replaced(node.name);
        if (name !== undefined && ts.isIdentifier(name)) {
          const property = node.dotDotDotToken === undefined ? (node.propertyName ?? node.name) : undefined;
          const initializer = ts.visitNode(node.initializer, visit) as TypeScript.Expression | undefined;
          return factory.updateBindingElement(node, node.dotDotDotToken, property, name, initializer);
        }
      }
      if (ts.isImportSpecifier(node)) {
        const name = replaced(node.name);
        if (name === undefined || !ts.isIdentifier(name)) return node;
        return factory.updateImportSpecifier(node, node.isTypeOnly, node.propertyName ?? node.name, name);
      }
      if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) return handle("meta");
      if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
        const args = node.arguments
          .slice(0, 1)
          .map((argument) => ts.visitNode(argument, visit) as TypeScript.Expression);
        return ts.setTextRange(factory.createCallExpression(handle("import"), undefined, args), node);
      }
      return ts.visitEachChild(node, visit, context);
    };

    const own = file.statements.filter(({ pos }) => pos < length);
    const last = lastExpression(ts, own);
    const statements = own
      .filter((statement) => !ts.isExportDeclaration(statement) && !isAmbient(ts, statement))
      .map((statement) => {
        const visited = ts.visitNode(statement, visit) as TypeScript.Statement;
        if (ts.isExportAssignment(visited)) {
          const { expression } = visited;
          const shown = statement === last ? handOver(expression) : expression;
          return ts.setTextRange(factory.createExpressionStatement(shown), visited);
        }
        if (statement !== last || !ts.isExpressionStatement(visited)) return visited;
        return factory.updateExpressionStatement(visited, handOver(visited.expression));
      });
    return factory.updateSourceFile(file, statements);
  };

  function handOver(expression: TypeScript.Expression): TypeScript.Expression {
    return factory.createCallExpression(handle("result"), undefined, [expression]);
  }
}

/** The last statement, types aside, when it is an expression: its value is the cell's. */
function lastExpression(
  ts: Ts,
  statements: readonly TypeScript.Statement[],
): TypeScript.Statement | undefined {
  for (const statement of [...statements].reverse()) {
    if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) continue;
    if (ts.isExportDeclaration(statement) || isAmbient(ts, statement)) continue;
    if (ts.isEmptyStatement(statement) || ts.isImportDeclaration(statement)) continue;
    return ts.isExpressionStatement(statement) || ts.isExportAssignment(statement) ? statement : undefined;
  }
  return undefined;
}

const isAmbient = (ts: Ts, statement: TypeScript.Statement) =>
  ts.canHaveModifiers(statement) &&
  (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword);

/** Whether an identifier may stand for a variable: not the name of a property or of a label. */
function isReference(ts: Ts, node: TypeScript.Identifier): boolean {
  const { parent } = node;
  if (parent === undefined) return true;
  if (ts.isPropertyAccessExpression(parent) || ts.isMetaProperty(parent)) return parent.name !== node;
  if (ts.isQualifiedName(parent)) return parent.right !== node;
  if (ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent) || ts.isPropertyDeclaration(parent))
    return parent.name !== node;
  if (ts.isBindingElement(parent)) return parent.propertyName !== node;
  return (
    !ts.isJsxAttribute(parent) && !ts.isLabeledStatement(parent) && !ts.isBreakOrContinueStatement(parent)
  );
}

const isOfFile = (symbol: TypeScript.Symbol | undefined, file: TypeScript.SourceFile) =>
  symbol?.declarations?.some((declaration) => declaration.getSourceFile() === file) === true;

/** Whether a symbol is declared at the top of a cell, this one or, by the scope's declarations in it, an earlier one. */
function isOfCell(ts: Ts, symbol: TypeScript.Symbol | undefined, file: TypeScript.SourceFile): boolean {
  return (
    symbol?.declarations?.some(
      (declaration) => declaration.getSourceFile() === file && isTopDeclaration(ts, declaration),
    ) === true
  );
}

function isTopDeclaration(ts: Ts, declaration: TypeScript.Declaration): boolean {
  const variable = ts.isVariableDeclaration(declaration) || ts.isBindingElement(declaration);
  const named =
    ts.isFunctionDeclaration(declaration) ||
    ts.isClassDeclaration(declaration) ||
    ts.isEnumDeclaration(declaration) ||
    ts.isModuleDeclaration(declaration) ||
    ts.isImportClause(declaration) ||
    ts.isNamespaceImport(declaration) ||
    ts.isImportSpecifier(declaration) ||
    ts.isImportEqualsDeclaration(declaration);
  if (!variable && !named) return false;
  const isVar = variable && (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.BlockScoped) === 0;
  for (let at = declaration.parent; !ts.isSourceFile(at); at = at.parent) {
    if (ts.isFunctionLike(at) || ts.isClassLike(at) || ts.isModuleBlock(at)) return false;
    const block =
      ts.isBlock(at) || ts.isCaseBlock(at) || ts.isCatchClause(at) || ts.isIterationStatement(at, false);
    if (block && !isVar) return false;
  }
  return true;
}

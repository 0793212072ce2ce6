import type TypeScript from "typescript";
import { assignmentTarget } from "./assignment-target.js";
import { handleName } from "./cell-handle.js";
import { boundNames } from "./declared-names.js";
import { runtimeName } from "./global-names.js";
import type { Ts } from "./typescript.js";

/**
 * Turns a compiled cell into a script for V8's REPL mode, in which only `let` may be declared again by a later script:
 * every binding at the top becomes a `let`, functions first, then imports, `var`s before all, wherever they stand.
 */
export function liveScope(ts: Ts): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  const { factory } = ts;
  const letList = (declarations: readonly TypeScript.VariableDeclaration[]) =>
    factory.createVariableStatement(
      undefined,
      factory.createVariableDeclarationList(declarations, ts.NodeFlags.Let),
    );
  const handleCall = (member: string, args: readonly TypeScript.Expression[]) =>
    factory.createCallExpression(
      factory.createPropertyAccessExpression(factory.createIdentifier(handleName), member),
      undefined,
      args,
    );

  return (context) => (file) => {
    const hoisted = new Set<string>();
    const functions: TypeScript.Statement[] = [];
    const imports: TypeScript.VariableDeclaration[] = [];
    const specifiers: TypeScript.StringLiteral[] = [];
    const body: TypeScript.Statement[] = [];

    for (const statement of file.statements) {
      if (ts.isExportDeclaration(statement) || ts.isExportAssignment(statement)) continue;
      if (ts.isImportDeclaration(statement)) {
        const { text } = statement.moduleSpecifier as TypeScript.StringLiteral;
        const specifier = factory.createStringLiteral(text);
        specifiers.push(specifier);
        imports.push(...importBindings(statement.importClause, specifier));
      } else if (ts.isVariableStatement(statement) && isBlockScoped(statement.declarationList)) {
        const live = letList(statement.declarationList.declarations);
        body.push(ts.setOriginalNode(ts.setTextRange(live, statement), statement));
      } else if (ts.isFunctionDeclaration(statement) && statement.name !== undefined) {
        functions.push(functionBinding(statement, statement.name));
      } else if (ts.isClassDeclaration(statement) && statement.name !== undefined) {
        body.push(classBinding(statement, statement.name));
      } else {
        body.push(ts.visitNode(statement, unvar) as TypeScript.Statement);
      }
    }
    const vars = [...hoisted].map((name) => factory.createVariableDeclaration(name));
    return factory.updateSourceFile(file, [
      ...(vars.length === 0 ? [] : [letList(vars)]),
      ...functions,
      ...loading(specifiers),
      ...(imports.length === 0 ? [] : [letList(imports)]),
      ...body,
    ]);

    /** Makes `var`s outside of functions assignments, and functions in blocks bindings of their block. */
    function unvar(node: TypeScript.Node): TypeScript.Node {
      if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isExpressionStatement(node)) return node;
      if (ts.isVariableStatement(node) && !isBlockScoped(node.declarationList)) {
        const assigned = assignments(node.declarationList);
        if (assigned === undefined) return factory.createEmptyStatement();
        return ts.setTextRange(factory.createExpressionStatement(assigned), node);
      }
      if (ts.isForStatement(node) && isVar(node.initializer)) {
        const { condition, incrementor, statement } = node;
        const initializer = assignments(node.initializer);
        return factory.updateForStatement(node, initializer, condition, incrementor, inner(statement));
      }
      if (ts.isForInStatement(node) && isVar(node.initializer)) {
        const target = targetOf(node.initializer);
        return factory.updateForInStatement(node, target, node.expression, inner(node.statement));
      }
      if (ts.isForOfStatement(node) && isVar(node.initializer)) {
        const target = targetOf(node.initializer);
        return factory.updateForOfStatement(
          node,
          node.awaitModifier,
          target,
          node.expression,
          inner(node.statement),
        );
      }
      if (ts.isBlock(node)) {
        const own = node.statements.filter(ts.isFunctionDeclaration).filter(({ name }) => name !== undefined);
        const rest = node.statements.filter((one) => !own.includes(one as TypeScript.FunctionDeclaration));
        return factory.updateBlock(node, [
          ...own.map((one) => functionBinding(one, one.name!)),
          ...rest.map((one) => ts.visitNode(one, unvar) as TypeScript.Statement),
        ]);
      }
      return ts.visitEachChild(node, unvar, context);
    }

    function inner(statement: TypeScript.Statement): TypeScript.Statement {
      return ts.visitNode(statement, unvar) as TypeScript.Statement;
    }

    function assignments(list: TypeScript.VariableDeclarationList): TypeScript.Expression | undefined {
      const parts: TypeScript.Expression[] = [];
      for (const { name, initializer } of list.declarations) {
        for (const one of boundNames(ts, name)) hoisted.add(one);
        if (initializer !== undefined)
          parts.push(factory.createAssignment(assignmentTarget(ts, name), initializer));
      }
      return parts.length === 0 ? undefined : parts.reduce((all, one) => factory.createComma(all, one));
    }

    function targetOf(list: TypeScript.VariableDeclarationList): TypeScript.Expression {
      const { name } = list.declarations[0]!;
      for (const one of boundNames(ts, name)) hoisted.add(one);
      return assignmentTarget(ts, name);
    }
  };

  function isVar(node: TypeScript.ForInitializer | undefined): node is TypeScript.VariableDeclarationList {
    return node !== undefined && ts.isVariableDeclarationList(node) && !isBlockScoped(node);
  }

  function isBlockScoped(list: TypeScript.VariableDeclarationList): boolean {
    return (list.flags & ts.NodeFlags.BlockScoped) !== 0;
  }

  /** A function without a name of its own, so that its calls of itself see it declared again. */
  function functionBinding(
    node: TypeScript.FunctionDeclaration,
    name: TypeScript.Identifier,
  ): TypeScript.Statement {
    const modifiers = ts.getModifiers(node)?.filter(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword);
    const { asteriskToken, parameters, body } = node;
    const value = factory.createFunctionExpression(
      modifiers,
      asteriskToken,
      ownName(name),
      undefined,
      parameters,
      undefined,
      body!,
    );
    return letList([
      factory.createVariableDeclaration(name, undefined, undefined, ts.setTextRange(value, node)),
    ]);
  }

  function classBinding(
    node: TypeScript.ClassDeclaration,
    name: TypeScript.Identifier,
  ): TypeScript.Statement {
    const value = factory.createClassExpression(
      undefined,
      ownName(name) ?? name,
      undefined,
      node.heritageClauses,
      node.members,
    );
    const binding = letList([
      factory.createVariableDeclaration(name, undefined, undefined, ts.setTextRange(value, node)),
    ]);
    return ts.setTextRange(binding, node);
  }

  /** The name as its user wrote it, where it runs under another. */
  function ownName({ text }: TypeScript.Identifier): TypeScript.Identifier | undefined {
    const written = text.replace(/__cell$/, "");
    return written !== text && runtimeName(written) === text ? factory.createIdentifier(written) : undefined;
  }

  function importBindings(
    clause: TypeScript.ImportClause | undefined,
    specifier: TypeScript.StringLiteral,
  ): TypeScript.VariableDeclaration[] {
    if (clause === undefined) return [];
    const bind = (name: TypeScript.Identifier, imported: string) =>
      factory.createVariableDeclaration(
        name,
        undefined,
        undefined,
        handleCall("imported", [specifier, factory.createStringLiteral(imported)]),
      );
    const { name, namedBindings } = clause;
    return [
      ...(name === undefined ? [] : [bind(name, "default")]),
      ...(namedBindings !== undefined && ts.isNamespaceImport(namedBindings)
        ? [bind(namedBindings.name, "*")]
        : []),
      ...(namedBindings !== undefined && ts.isNamedImports(namedBindings)
        ? namedBindings.elements.map((one) => bind(one.name, (one.propertyName ?? one.name).text))
        : []),
    ];
  }

  /** Modules load before the cell begins, and only those are waited for that `require` cannot load. */
  function loading(specifiers: readonly TypeScript.StringLiteral[]): TypeScript.Statement[] {
    if (specifiers.length === 0) return [];
    const load = handleCall("load", [factory.createArrayLiteralExpression(specifiers)]);
    const wait = factory.createExpressionStatement(factory.createAwaitExpression(handleCall("loading", [])));
    return [factory.createIfStatement(load, wait)];
  }
}

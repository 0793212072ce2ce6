import ts from "typescript";

const swaps = {
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "===": "!==",
  "!==": "===",
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "%": "*",
  "&&": "||",
  "||": "&&",
  "??": "&&",
  "<<": ">>",
  ">>>": "<<",
  "&": "|",
  "|": "&",
};

/**
 * The changes that can be made in a source, each as `{ start, end, line, was, is }`, and with `number` the source with
 * that one made. Words of messages are left as they are.
 */
export function mutate(text, number) {
  const source = ts.createSourceFile("x.ts", text, ts.ScriptTarget.Latest, true);
  const mutants = [];
  const add = (node, is) => {
    const start = node.getStart(source);
    const line = source.getLineAndCharacterOfPosition(start).line + 1;
    mutants.push({ start, end: node.end, line, was: node.getText(source), is });
  };
  const visit = (node) => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return;
    // What an error says is read by people.
    if (ts.isTemplateExpression(node) || ts.isImportDeclaration(node)) return;
    if (ts.isBinaryExpression(node)) {
      const to = swaps[node.operatorToken.getText(source)];
      if (to !== undefined) add(node.operatorToken, to);
    } else if (ts.isNumericLiteral(node)) add(node, `(${node.getText(source)} + 1)`);
    else if (node.kind === ts.SyntaxKind.TrueKeyword) add(node, "false");
    else if (node.kind === ts.SyntaxKind.FalseKeyword) add(node, "true");
    else if (ts.isIfStatement(node)) for (const is of ["true", "false"]) add(node.expression, is);
    ts.forEachChild(node, visit);
  };
  visit(source);
  const made = mutants[number];
  return { mutants, text: made && text.slice(0, made.start) + made.is + text.slice(made.end) };
}

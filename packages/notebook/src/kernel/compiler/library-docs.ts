import type TypeScript from "typescript";
import { isFixed } from "./plain-documents.js";
import type { Ts } from "./typescript.js";

/** Files of packages that were read again with their documentation. */
const documented = new Map<string, TypeScript.SourceFile>();

/** Documentation of what stands at an offset, out of the package that declares it; "" when there is none. */
export function libraryDocs(
  ts: Ts,
  service: TypeScript.LanguageService,
  path: string,
  offset: number,
): string {
  for (const { fileName, textSpan } of service.getDefinitionAtPosition(path, offset) ?? []) {
    if (!isFixed(fileName)) continue;
    const file = documented.get(fileName) ?? parse(ts, fileName);
    documented.set(fileName, file);
    const text = docsAt(ts, file, textSpan.start);
    if (text !== "") return text;
  }
  return "";
}

function parse(ts: Ts, fileName: string): TypeScript.SourceFile {
  return ts.createSourceFile(fileName, ts.sys.readFile(fileName) ?? "", ts.ScriptTarget.ESNext, true);
}

/** The comment of the innermost documented declaration around an offset. */
function docsAt(ts: Ts, file: TypeScript.SourceFile, offset: number): string {
  let found = "";
  const visit = (node: TypeScript.Node): void => {
    if (offset < node.getStart(file) || offset > node.end) return;
    const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
    const text = comments.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? "").join("\n\n");
    if (text !== "") found = text;
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(file, visit);
  return found;
}

import type { Compiler } from "./compiler.js";
import { withoutCells } from "./diagnostics.js";
import { libraryDocs } from "./library-docs.js";
import type { Ts } from "./typescript.js";

/**
 * What is known of the name at an offset, as text: its type and documentation; inside of a call's parentheses, of the
 * function that is called. Undefined when there is nothing.
 */
export function inspectName(ts: Ts, compiler: Compiler, source: string, offset: number): string | undefined {
  const path = compiler.open(source);
  const { service } = compiler;
  const describe = (at: number): string | undefined => {
    const info = service.getQuickInfoAtPosition(path, at);
    const head = ts.displayPartsToString(info?.displayParts);
    // An unknown name is `any`: nothing is known of it.
    if (info === undefined || head === "" || head === "any") return undefined;
    const tags = (info.tags ?? []).map(({ name, text }) =>
      `@${name} ${ts.displayPartsToString(text)}`.trimEnd(),
    );
    const documentation = ts.displayPartsToString(info.documentation) || libraryDocs(ts, service, path, at);
    const parts = [withoutCells(head), documentation, tags.join("\n")].filter((part) => part !== "");
    return parts.join("\n\n");
  };
  const direct = describe(offset);
  if (direct !== undefined) return direct;
  const call = service.getSignatureHelpItems(path, offset, undefined);
  // The function's name ends where its parenthesis opens.
  return call === undefined ? undefined : describe(Math.max(0, call.applicableSpan.start - 2));
}

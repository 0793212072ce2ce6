import type TypeScript from "typescript";
import type { Compiler } from "./compiler.js";
import { withoutCells } from "./diagnostics.js";
import type { Ts } from "./typescript.js";

/**
 * What is known of the name at an offset, as text: its type and documentation; inside of a call's parentheses, of the
 * function that is called. Undefined when there is nothing.
 */
export function inspectName(ts: Ts, compiler: Compiler, source: string, offset: number): string | undefined {
  const path = compiler.open(source);
  const { service } = compiler;
  const direct = describe(ts, service.getQuickInfoAtPosition(path, offset));
  if (direct !== undefined) return direct;
  const call = service.getSignatureHelpItems(path, offset, undefined);
  if (call === undefined) return undefined;
  // The function's name ends where its parenthesis opens.
  const before = call.applicableSpan.start - 1;
  return describe(ts, service.getQuickInfoAtPosition(path, Math.max(0, before - 1)));
}

function describe(ts: Ts, info: TypeScript.QuickInfo | undefined): string | undefined {
  const head = ts.displayPartsToString(info?.displayParts);
  // An unknown name is `any`: nothing is known of it.
  if (info === undefined || head === "" || info.kind === ts.ScriptElementKind.unknown || head === "any")
    return undefined;
  const tags = (info.tags ?? []).map(({ name, text }) =>
    `@${name} ${ts.displayPartsToString(text)}`.trimEnd(),
  );
  const documentation = ts.displayPartsToString(info.documentation);
  const parts = [withoutCells(head), documentation, tags.join("\n")].filter((part) => part !== "");
  return parts.join("\n\n");
}

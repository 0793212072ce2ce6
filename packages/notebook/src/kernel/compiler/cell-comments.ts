import type { CellLanguage } from "./compiler-options.js";

/** What the comment at the head of a cell says of it, as in tslab. */
export interface CellComments {
  /** `@module NAME`: the cell is the file NAME.ts beside the notebook. */
  readonly module?: string;
  /** `@browser`: the cell is not for Node. */
  readonly browser: boolean;
  /** `@jsx`: the module has JSX. */
  readonly jsx: boolean;
}

/** Reads the documentation comments before a cell's first statement. */
export function cellComments(source: string): CellComments {
  const head = source.match(/^(?:\s+|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)*/)![0];
  let found: CellComments = { browser: false, jsx: false };
  for (const [comment] of head.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const module = comment.match(/@module\s+(\w+)\s*(?:\*|\n)/)?.[1];
    found = {
      ...found,
      ...(module === undefined ? {} : { module }),
      browser: found.browser || /@browser\b/.test(comment),
      jsx: found.jsx || /@jsx\b/.test(comment),
    };
  }
  return found;
}

/** File name of a module cell. */
export function moduleFileName(comments: CellComments, language: CellLanguage): string {
  return `${comments.module}${language === "javascript" ? ".js" : ".ts"}${comments.jsx ? "x" : ""}`;
}

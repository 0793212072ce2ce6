import type { CompiledCell } from "./compiler.js";
import type { Completions } from "./complete.js";
import type { Completeness } from "./is-complete.js";

/** What a kernel asks its compiler thread, by kind. Offsets are in UTF-16 units. */
export interface Questions {
  /** `keep`: whether later cells see what this one declares. */
  readonly compile: { readonly source: string; readonly keep: boolean };
  readonly complete: { readonly source: string; readonly offset: number };
  readonly inspect: { readonly source: string; readonly offset: number };
  readonly isComplete: { readonly source: string };
}

/** The answers to the questions. */
export interface Answers {
  readonly compile: CompiledCell;
  readonly complete: Completions;
  readonly inspect: string | undefined;
  readonly isComplete: Completeness;
}

/** A question under way. */
export type Asked = {
  readonly [Kind in keyof Questions]: { readonly id: number; readonly kind: Kind } & Questions[Kind];
}[keyof Questions];

/** An answer under way. */
export type Answered =
  | { readonly id: number; readonly answer: Answers[keyof Answers] }
  | { readonly id: number; readonly failure: string };

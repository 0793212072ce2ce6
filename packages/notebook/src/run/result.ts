import type { Notebook, Output } from "../notebook-file/format.js";
import type { ParameterValue } from "./parameters.js";
import type { Provenance } from "./provenance.js";

/** Why a cell failed. */
export interface CellError {
  /** Name of the error's class, or `CellTimeout`, `DeadlineReached`, `KernelDied`. */
  readonly ename: string;
  readonly evalue: string;
  /** Lines without colours. */
  readonly traceback: readonly string[];
}

/** How a code cell ended. `expected-failure`: it failed and is tagged `raises-exception`. */
export type CellStatus =
  | "ok"
  | "failed"
  | "expected-failure"
  | "skipped"
  | "timed-out"
  | "interrupted"
  | "not-run";

/** A code cell's result. */
export interface CellResult {
  /** Position among all cells of the executed notebook, from 0. */
  readonly index: number;
  /** Position among its code cells, from 1. */
  readonly number: number;
  /** The heading above the cell. */
  readonly title: string;
  readonly status: CellStatus;
  readonly seconds: number;
  readonly error?: CellError;
}

/** A notebook's result. */
export interface RunResult {
  /** Path as given. */
  readonly path: string;
  readonly status: "ok" | "failed" | "timed-out" | "interrupted";
  readonly cells: readonly CellResult[];
  /** The first cell that failed the run. */
  readonly failure?: CellResult & { readonly error: CellError };
  readonly seconds: number;
  /** Path or S3 URI of the executed notebook, when one was written. */
  readonly output?: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly provenance: Provenance;
  /** The executed notebook. */
  readonly notebook: Notebook;
}

/** What a run reports while it goes. */
export type RunEvent =
  | {
      readonly kind: "kernel-ready";
      readonly path: string;
      readonly seconds: number;
      readonly codeCells: number;
    }
  | {
      readonly kind: "cell-start";
      readonly path: string;
      readonly index: number;
      readonly number: number;
      readonly codeCells: number;
      readonly title: string;
    }
  | {
      readonly kind: "output";
      readonly path: string;
      readonly index: number;
      readonly output: Output;
      /** Set when this replaces an earlier display of the same id. */
      readonly displayId?: string;
    }
  | {
      readonly kind: "cell-end";
      readonly path: string;
      readonly result: CellResult;
      readonly codeCells: number;
    }
  /** Text that the kernel's process wrote past the notebook: children of cells do. */
  | { readonly kind: "kernel-text"; readonly path: string; readonly text: string };

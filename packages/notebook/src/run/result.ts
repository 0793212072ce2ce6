import type { Notebook, Output } from "../notebook-file/format.js";
import type { ParameterValue } from "./parameters.js";
import type { Provenance } from "./provenance.js";

/** Why a cell failed. */
export interface CellError {
  /** Name of the error's class, or `CellTimeout`, `DeadlineReached`, `KernelDied`. */
  readonly ename: string;
  /** Its message. */
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
  /** How it ended. */
  readonly status: CellStatus;
  /** Wall time in seconds. */
  readonly seconds: number;
  /** What went wrong, when something did. */
  readonly error?: CellError;
}

/** A notebook's result. */
export interface RunResult {
  /** Path as given. */
  readonly path: string;
  /** How it ended. */
  readonly status: "ok" | "failed" | "timed-out" | "interrupted";
  /** Results of the code cells, in order. */
  readonly cells: readonly CellResult[];
  /** The first cell that failed the run. */
  readonly failure?: CellResult & {
    /** What went wrong. */
    readonly error: CellError;
  };
  /** Wall time in seconds. */
  readonly seconds: number;
  /** Path or S3 URI of the executed notebook, when one was written. */
  readonly output?: string;
  /** What the parameters were set to. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** Where the run comes from. */
  readonly provenance: Provenance;
  /** The executed notebook. */
  readonly notebook: Notebook;
}

/** What a run reports while it goes. */
export type RunEvent =
  | {
      readonly kind: "kernel-ready";
      /** Path of the notebook as given. */
      readonly path: string;
      /** From the start of the run, in seconds. */
      readonly seconds: number;
      /** How many code cells there are. */
      readonly codeCells: number;
    }
  | {
      readonly kind: "cell-start";
      /** Path of the notebook as given. */
      readonly path: string;
      /** Position among all cells, from 0. */
      readonly index: number;
      /** Position among the code cells, from 1. */
      readonly number: number;
      /** How many code cells there are. */
      readonly codeCells: number;
      /** Heading above the cell, or its number. */
      readonly title: string;
    }
  | {
      readonly kind: "output";
      /** Path of the notebook as given. */
      readonly path: string;
      /** Position of the cell among all cells, from 0. */
      readonly index: number;
      /** The output as it came; text in pieces. */
      readonly output: Output;
      /** Set when this replaces an earlier display of the same id. */
      readonly displayId?: string;
    }
  | {
      readonly kind: "cell-end";
      /** Path of the notebook as given. */
      readonly path: string;
      /** What became of the cell. */
      readonly result: CellResult;
      /** How many code cells there are. */
      readonly codeCells: number;
    }
  | {
      /** The kernel's process wrote past its protocol. */
      readonly kind: "kernel-text";
      /** Path of the notebook as given. */
      readonly path: string;
      /** What it wrote, in pieces. */
      readonly text: string;
    };

import type { ParameterValue } from "./parameters.js";

/** How to run a notebook. */
export interface RunOptions {
  /** Path or `s3://bucket/key` of the executed notebook, saved after every cell. Default: only in the result. */
  readonly output?: string;
  /** Values for the `let`s of the cell tagged `parameters`. The compiler checks their types. */
  readonly parameters?: Readonly<Record<string, ParameterValue>>;
  /** Parameters as text, as a command line has them: read by the declared type. They win over `parameters`. */
  readonly parameterTexts?: Readonly<Record<string, string>>;
  /** Working folder of the kernel, from which modules resolve. Default: the notebook's folder. */
  readonly cwd?: string;
  /** Environment variables for the kernel, over this process's. */
  readonly env?: Readonly<Record<string, string>>;
  /** Name of an installed kernel. Default: this package's own for TypeScript, else the one the notebook names. */
  readonly kernel?: string;
  /** Longest time for one cell, milliseconds. Default: no limit. */
  readonly cellTimeoutMs?: number;
  /** Longest time for the whole run, milliseconds. Default: no limit. */
  readonly deadlineMs?: number;
  /** Longest time for the kernel to answer at first, milliseconds. Default 60,000. */
  readonly startTimeoutMs?: number;
  /** Runs the cells behind a failed one too; the run still fails. Default false. */
  readonly keepGoing?: boolean;
  /** Ends the run: the running cell is interrupted, the notebook saved, and the call rejects with the reason. */
  readonly signal?: AbortSignal;
}

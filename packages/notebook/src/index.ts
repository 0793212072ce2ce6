// Running notebooks

// Showing things under a cell
export { type LiveDisplay, type MimeBundle, show, showLive } from "./display/host.js";
// Errors
export {
  KernelError,
  NotebookError,
  NotebookFormatError,
  ParameterError,
  UsageError,
  WireError,
} from "./errors.js";
// The kernel for Jupyter
export { diagnose, type Finding } from "./kernelspec/doctor.js";
export { type InstallOptions, installKernel, uninstallKernel } from "./kernelspec/install.js";
// Notebook files
export { clearNotebook } from "./notebook-file/clear.js";
export type {
  Cell,
  CellMetadata,
  DataOutput,
  ErrorOutput,
  Notebook,
  Output,
} from "./notebook-file/format.js";
export { type LintFinding, lintNotebook } from "./notebook-file/lint.js";
export { readNotebook } from "./notebook-file/read.js";
export { formatNotebook } from "./notebook-file/write.js";
// Reports of runs
export { formatHtmlReport } from "./report/html.js";
export { formatJUnit } from "./report/junit.js";
export type { ParameterValue } from "./run/parameters.js";
export type { Provenance } from "./run/provenance.js";
export type { CellError, CellResult, CellStatus, RunEvent, RunResult } from "./run/result.js";
export { runNotebook } from "./run/run-notebook.js";
export { type JobOutcome, type NotebookJob, type RunManyOptions, runNotebooks } from "./run/run-notebooks.js";
export type { RunOptions } from "./run/run-options.js";

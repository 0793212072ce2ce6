// Running notebooks
export type { ParameterValue } from "./run/parameters.js";
export type { Provenance } from "./run/provenance.js";
export type { CellError, CellResult, CellStatus, RunEvent, RunResult } from "./run/result.js";
export type { LongWork } from "@sightline/foundation/long-work";
export { runNotebook } from "./run/run-notebook.js";
export { type JobOutcome, type NotebookJob, type RunManyOptions, runNotebooks } from "./run/run-notebooks.js";
export type { RunOptions } from "./run/run-options.js";

// Reports of runs
export { formatHtmlReport, formatOutputHtml } from "./report/html.js";
export { formatJUnit } from "./report/junit.js";

// Showing things under a cell
export { type ConfusionMatrix, confusionMatrix, showConfusionMatrix } from "./display/confusion-matrix.js";
export { type FollowOptions, followJob, type JobEventLike } from "./display/follow-job.js";
export { type LiveDisplay, type MimeBundle, show, showLive } from "./display/host.js";
export { type ImageGridOptions, type ShownImage, showImages } from "./display/images.js";
export {
  type ChartOptions,
  type ChartSeries,
  type LiveChart,
  showLineChart,
  showLiveChart,
} from "./display/line-chart.js";
export {
  type FollowedWork,
  followProgress,
  type ProgressBar,
  type ProgressOptions,
  showProgress,
} from "./display/progress-bar.js";
export { showTable, type TableOptions } from "./display/table.js";
export { showVideo, type VideoOptions } from "./display/video.js";

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

// The kernel for Jupyter
export { diagnose, type Finding } from "./kernelspec/doctor.js";
export { type InstallOptions, installKernel, uninstallKernel } from "./kernelspec/install.js";

// Errors
export {
  DeadlineError,
  KernelError,
  NotebookError,
  NotebookFormatError,
  ParameterError,
  UsageError,
  WireError,
} from "./errors.js";

import { basename, extname, join, resolve } from "node:path";
import type { Command, OptionValues } from "@sightline/foundation/command-line";
import { numberOption, textOption } from "@sightline/foundation/option-values";
import { UsageError } from "../errors.js";
import { parseDuration } from "../run/durations.js";
import type { ParameterValue } from "../run/parameters.js";
import { parseParameter, readParameterFile } from "../run/parameters.js";
import type { NotebookJob, RunManyOptions } from "../run/run-notebooks.js";

/** Help of the `run` command. */
export const runHelp = `Usage: sightline-notebook run NOTEBOOK [OUTPUT] [options]
       sightline-notebook run NOTEBOOK NOTEBOOK... --output-dir DIR [options]

Runs every cell of a notebook in a fresh TypeScript kernel, prints its output while it runs, and saves the
executed notebook after every cell. OUTPUT may be s3://bucket/key.ipynb. Default: out/NAME.ipynb.

Parameters
  -p, --param NAME=VALUE   set a \`let\` of the cell tagged "parameters"; the compiler checks its type
      --params FILE        the same from a YAML or JSON file; -p wins
Limits
      --cell-timeout TIME  longest time for one cell: 90s, 5m, 1.5h
      --deadline TIME      longest time for the whole run; the notebook is saved before
      --keep-going         run on after a failed cell or notebook (the run still fails)
Several notebooks
      --output-dir DIR     folder (or s3://bucket/prefix/) of the executed notebooks
      --parallel N         how many at once; default 1, in the given order
Reports
      --junit FILE         JUnit XML, a suite for each notebook, a case for each cell
      --html PATH          self-contained HTML; a folder when there are several notebooks
      --json               the result as JSON on stdout
      --quiet              no live output on stderr
Kernel
      --kernel NAME        another installed Jupyter kernel
      --cwd DIR            working folder of the kernel; default: the notebook's

Cell tags: parameters, skip-execution, raises-exception (the cell may fail).
Exit status: 0 all cells ran; 1 a cell failed; 2 it could not start; 3 a time limit; 130 Ctrl-C; 143 SIGTERM.

Example
  sightline-notebook run notebooks/02-train-and-deploy.ipynb -p epochs=3 --deadline 40m --junit out/junit.xml
`;

/** The `run` command's options, read. */
export interface RunCommandOptions {
  readonly jobs: readonly NotebookJob[];
  readonly run: RunManyOptions;
  readonly junit: string | undefined;
  readonly html: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Options of the command line, as `parseArgs` takes them. */
export const runOptions: Command["options"] = {
  param: { type: "string", short: "p", multiple: true },
  params: { type: "string", multiple: true },
  "cell-timeout": { type: "string" },
  deadline: { type: "string" },
  "keep-going": { type: "boolean" },
  "output-dir": { type: "string" },
  parallel: { type: "string" },
  junit: { type: "string" },
  html: { type: "string" },
  json: { type: "boolean" },
  quiet: { type: "boolean" },
  kernel: { type: "string" },
  cwd: { type: "string" },
};

/** Reads a command line. */
export async function readRunOptions(
  positionals: readonly string[],
  values: OptionValues,
): Promise<RunCommandOptions> {
  const jobs = planJobs(positionals, textOption(values, "output-dir"));
  const parameters: Record<string, ParameterValue> = {};
  for (const file of texts(values, "params")) Object.assign(parameters, await readParameterFile(file));
  const time = (option: "cell-timeout" | "deadline") => {
    const text = textOption(values, option);
    return text === undefined ? undefined : parseDuration(text, `--${option}`);
  };
  const cellTimeoutMs = time("cell-timeout");
  const deadlineMs = time("deadline");
  const kernel = textOption(values, "kernel");
  const cwd = textOption(values, "cwd");
  return {
    jobs,
    run: {
      parameters,
      parameterTexts: Object.fromEntries(texts(values, "param").map(parseParameter)),
      keepGoing: values["keep-going"] === true,
      parallel: numberOption(values, "parallel", { min: 1, max: 64, whole: true }) ?? 1,
      ...(cellTimeoutMs === undefined ? {} : { cellTimeoutMs }),
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
      ...(kernel === undefined ? {} : { kernel }),
      ...(cwd === undefined ? {} : { cwd }),
    },
    junit: textOption(values, "junit"),
    html: textOption(values, "html"),
    json: values.json === true,
    quiet: values.quiet === true,
  };
}

const texts = (values: OptionValues, name: string): string[] => (values[name] ?? []) as string[];

/** Inputs and outputs out of the positional arguments: `IN [OUT]`, or many inputs with `--output-dir`. */
export function planJobs(names: readonly string[], outputDir: string | undefined): NotebookJob[] {
  if (names.length === 0)
    throw new UsageError('Name a notebook to run; see "sightline-notebook run --help".');
  if (outputDir === undefined && names.length > 2) {
    throw new UsageError("Several notebooks need --output-dir DIR for the executed ones.");
  }
  const single = outputDir === undefined;
  const jobs = (single ? names.slice(0, 1) : names).map((path) => {
    const folder = outputDir ?? "out";
    const joined = folder.startsWith("s3://")
      ? `${folder.replace(/\/$/, "")}/${basename(path)}`
      : join(folder, basename(path));
    return { path, output: single ? (names[1] ?? joined) : joined };
  });
  const outputs = new Set<string>();
  for (const { path, output } of jobs) {
    if (resolve(path) === resolve(output))
      throw new UsageError(`The output ${output} would overwrite the notebook itself.`);
    if (outputs.has(output)) throw new UsageError(`Two notebooks would be written to ${output}; rename one.`);
    outputs.add(output);
  }
  return jobs;
}

/** Where the HTML report of a notebook goes. */
export function htmlPath(html: string, job: NotebookJob, jobCount: number): string {
  if (jobCount === 1 && html.endsWith(".html")) return html;
  return `${html.replace(/\/$/, "")}/${basename(job.path, extname(job.path))}.html`;
}

import { type Command, Interrupted, signalStatus } from "@sightline/foundation/command-line";
import { DeadlineError } from "../errors.js";
import { formatHtmlReport } from "../report/html.js";
import { formatJUnit } from "../report/junit.js";
import { writeDestination } from "../run/destination.js";
import type { RunResult } from "../run/result.js";
import { type JobOutcome, runNotebooks } from "../run/run-notebooks.js";
import { exitStatus } from "./exit-status.js";
import { LiveLog } from "./live-log.js";
import { htmlPath, type RunCommandOptions, readRunOptions, runHelp, runOptions } from "./run-options.js";

/** `run` */
export const runCommand: Command = {
  help: runHelp,
  options: runOptions,
  run: async (positionals, values, io) => {
    const options = await readRunOptions(positionals, values);
    const log = new LiveLog(io.err, { names: (options.run.parallel ?? 1) > 1 });
    const saved: string[] = [];
    const running = runNotebooks(options.jobs, { ...options.run, signal: io.signal });
    try {
      for await (const event of running) {
        if (event.kind === "kernel-ready") saved.push(outputOf(event.path, options));
        if (!options.quiet) log.add(event);
      }
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      const what = saved.length === 0 ? "No cell had run." : `Saved up to here: ${saved.join(", ")}`;
      io.err(`Stopped by ${error.by}. ${what}\n`);
      return signalStatus(error.by);
    }
    const outcomes = await running;
    await writeReports(outcomes, options);
    for (const outcome of outcomes) io.err(`${summary(outcome)}\n`);
    if (options.json) io.out(`${JSON.stringify(outcomes.map(toJson), null, 2)}\n`);
    else for (const { kind, job } of outcomes) if (kind === "result") io.out(`${job.output}\n`);
    return Math.max(...outcomes.map(statusOf)) as number;
  },
};

function outputOf(path: string, { jobs }: RunCommandOptions): string {
  return jobs.find((job) => job.path === path)?.output ?? path;
}

async function writeReports(outcomes: readonly JobOutcome[], options: RunCommandOptions): Promise<void> {
  if (options.junit !== undefined) await writeDestination(options.junit, formatJUnit(outcomes));
  if (options.html === undefined) return;
  for (const outcome of outcomes) {
    if (outcome.kind !== "result") continue;
    const path = htmlPath(options.html, outcome.job, outcomes.length);
    await writeDestination(path, await formatHtmlReport(outcome.result));
  }
}

function summary(outcome: JobOutcome): string {
  const { path } = outcome.job;
  if (outcome.kind === "not-run") return `NOT RUN  ${path}`;
  if (outcome.kind === "error") return `ERROR    ${path}: ${outcome.error.message}`;
  const { result } = outcome;
  const ran = result.cells.filter(({ status }) => status === "ok" || status === "expected-failure").length;
  const counts = `${ran} of ${result.cells.length} cells, ${result.seconds.toFixed(1)} s`;
  if (result.failure === undefined) return `PASSED   ${path}: ${counts}`;
  const { number, title, error } = result.failure;
  return `FAILED   ${path}: ${counts}\n         cell ${number} (${title}): ${error.ename}: ${error.evalue}`;
}

function statusOf(outcome: JobOutcome): number {
  if (outcome.kind === "error")
    return outcome.error instanceof DeadlineError ? exitStatus.timedOut : exitStatus.usage;
  if (outcome.kind === "not-run") return exitStatus.ok;
  const statuses: Readonly<Record<RunResult["status"], number>> = {
    ok: exitStatus.ok,
    failed: exitStatus.failed,
    "timed-out": exitStatus.timedOut,
    interrupted: exitStatus.failed,
  };
  return statuses[outcome.result.status];
}

function toJson(outcome: JobOutcome): object {
  const { path, output } = outcome.job;
  if (outcome.kind === "not-run") return { path, status: "not-run" };
  if (outcome.kind === "error") return { path, status: "error", error: outcome.error.message };
  const { notebook: _notebook, ...result } = outcome.result;
  return { ...result, output };
}

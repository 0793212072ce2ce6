import { stripVTControlCharacters } from "node:util";
import { escapeXml } from "@sightline/foundation/escape";
import type { CellResult, RunResult } from "../run/result.js";
import type { JobOutcome } from "../run/run-notebooks.js";
import { outputText } from "./output-text.js";

/** Longest text of a cell kept in the report, in characters: CodeBuild refuses large report files. */
const maxText = 8_000;

/** JUnit XML of several notebooks: a suite for each, a case for each code cell. */
export function formatJUnit(outcomes: readonly JobOutcome[]): string {
  const suites = outcomes.map(formatSuite);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="notebooks">\n${suites.join("\n")}\n</testsuites>\n`;
}

function formatSuite(outcome: JobOutcome): string {
  const { path } = outcome.job;
  if (outcome.kind === "not-run") {
    const why = `<skipped message="not run: an earlier notebook failed"/>`;
    return suite(path, { tests: 1, failures: 0, errors: 0, skipped: 1, seconds: 0 }, [
      testcase(path, "run", 0, why),
    ]);
  }
  if (outcome.kind === "error") {
    const { name, message } = outcome.error;
    const error = `<error type="${escapeXml(name)}" message="${escapeXml(message)}">${escapeXml(message)}</error>`;
    const counts = { tests: 1, failures: 0, errors: 1, skipped: 0, seconds: 0 };
    return suite(path, counts, [testcase(path, "start", 0, error)]);
  }
  const { result } = outcome;
  const count = (...statuses: CellResult["status"][]) =>
    result.cells.filter(({ status }) => statuses.includes(status)).length;
  const counts = {
    tests: result.cells.length,
    failures: count("failed"),
    errors: count("timed-out", "interrupted"),
    skipped: count("skipped", "not-run"),
    seconds: result.seconds,
  };
  return suite(
    path,
    counts,
    result.cells.map((cell) => formatCell(result, cell)),
  );
}

function formatCell(result: RunResult, cell: CellResult): string {
  const name = `[${cell.number}] ${cell.title}`;
  return testcase(result.path, name, cell.seconds, verdict(cell) + systemOut(result, cell));
}

function verdict({ status, error }: CellResult): string {
  if (status === "skipped") return `<skipped message="tagged skip-execution"/>`;
  if (status === "not-run") return `<skipped message="not run: an earlier cell failed"/>`;
  if (error === undefined || status === "expected-failure") return "";
  const element = status === "failed" ? "failure" : "error";
  const message = `${error.ename}: ${error.evalue}`;
  const text = stripVTControlCharacters(error.traceback.join("\n")).slice(0, maxText);
  return `<${element} type="${escapeXml(error.ename)}" message="${escapeXml(message)}">${escapeXml(text)}</${element}>`;
}

function systemOut({ notebook }: RunResult, { index }: CellResult): string {
  const outputs = notebook.cells[index]?.outputs ?? [];
  const text = outputs
    .filter(({ output_type }) => output_type !== "error")
    .map((output) => outputText(output).trimEnd())
    .join("\n");
  if (text === "") return "";
  const kept =
    text.length > maxText
      ? `... ${text.length - maxText} characters left out ...\n${text.slice(-maxText)}`
      : text;
  return `<system-out>${escapeXml(kept)}</system-out>`;
}

interface Counts {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
  readonly seconds: number;
}

function suite(
  name: string,
  { tests, failures, errors, skipped, seconds }: Counts,
  cases: readonly string[],
): string {
  const head = `name="${escapeXml(name)}" tests="${tests}" failures="${failures}" errors="${errors}" skipped="${skipped}"`;
  return `  <testsuite ${head} time="${seconds.toFixed(3)}">\n${cases.join("\n")}\n  </testsuite>`;
}

function testcase(suiteName: string, name: string, seconds: number, body: string): string {
  const head = `classname="${escapeXml(suiteName)}" name="${escapeXml(name)}" time="${seconds.toFixed(3)}"`;
  return `    <testcase ${head}>${body}</testcase>`;
}

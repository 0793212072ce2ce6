import { escapeHtml } from "@sightline/foundation/escape";
import type { LoadFigures } from "../measure/figures.js";
import { describeStep } from "../plan.js";
import type { LoadEnding, LoadResult, LoadSecond } from "../result.js";
import { type Line, lineChart } from "./line-chart.js";

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:920px;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
table{border-collapse:collapse;margin:1rem 0}th,td{padding:.25rem .7rem;border-bottom:1px solid #ddd;text-align:right}
th:first-child,td:first-child{text-align:left}figure{margin:1.5rem 0}svg{width:100%;height:auto}
svg text{font-size:11px;fill:#666}svg line{stroke:#ddd}svg polyline{fill:none;stroke-width:1.5}
.note{background:#fff6dd;padding:.4rem .8rem;border-left:3px solid #d90}`;

const endings: Readonly<Record<LoadEnding, string>> = {
  done: "ran to its end",
  "max-requests": "ended at its greatest number of requests",
  "error-rate": "was stopped, since too many requests failed",
  aborted: "was cancelled; this is what was done until then",
};

/** The test on one page: plots, steps, failures, and what follows from them. No script, nothing to load. */
export function htmlReport(result: LoadResult): string {
  const { target, steps, failures, notes, ending, startedAt, seconds } = result;
  const title = `Load test of ${target.method} ${target.name}`;
  const stepRows = steps.map((step) => [
    describeStep(step.asked),
    step.seconds.toFixed(0),
    step.instances?.toFixed(1) ?? "-",
    step.answeredPerSecond.toFixed(1),
    ...figureCells(step),
  ]);
  const total = ["all", seconds.toFixed(0), "-", "-", ...figureCells(result.total)];
  const errorRows = failures.map(({ error, count }) => [error, String(count)]);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(target.origin)}, begun ${startedAt}, ${seconds.toFixed(0)} s; the test ${endings[ending]}.</p>
${notes.map((note) => `<p class="note">${escapeHtml(note)}</p>`).join("\n")}
${verdict(result)}
${table(["step", "s", "instances", "answered/s", "requests", "failures", "median ms", "95 % ms", "99 % ms", "max ms"], [...stepRows, total])}
${charts(result).join("\n")}
${errorRows.length > 0 ? `<h2>Failures</h2>${table(["failure", "count"], errorRows)}` : ""}
<p>Latency counts from when a request should have begun to the last byte of its answer, failed requests included. Generator: ${result.generator.workers} workers, ${result.generator.requestsPerCpuSecond.toFixed(0)} requests per CPU second, ${(result.generator.lateShare * 100).toFixed(1)} % begun late.</p>
</body></html>
`;
}

function verdict({ saturation }: LoadResult): string {
  const target = saturation.recommendedInvocationsPerInstancePerMinute;
  if (target === undefined) return "<p>No step was answered: there is no scaling target to recommend.</p>";
  const rate = saturation.requestsPerSecondPerInstance.toFixed(1);
  const limit = saturation.reached ? "bears" : "bears at least";
  return `<p><b>One instance ${limit} ${rate} requests a second. Scaling target: ${target} invocations per instance and minute</b> (that rate, times one half for the time that a new instance needs, times sixty).</p>`;
}

function figureCells({ requests, failures, latencyMs }: LoadFigures): string[] {
  const at = (percentile: string) => latencyMs.percentiles[percentile]!.toFixed(1);
  return [String(requests), String(failures), at("50"), at("95"), at("99"), latencyMs.max.toFixed(1)];
}

function charts({ history, endpoint }: LoadResult): string[] {
  const line = (name: string, of: (row: LoadSecond) => number): Line => ({
    name,
    points: history.map((row) => [row.second + 1, of(row)]),
  });
  const own = [
    lineChart("Users", "users at a time", [line("users", ({ users }) => users)]),
    lineChart("Requests", "per second", [line("requests/s", (row) => row.requestsPerSecond)]),
    lineChart("Latency", "milliseconds", [
      line("median", ({ latencyMs }) => latencyMs.percentiles["50"]!),
      line("95 %", ({ latencyMs }) => latencyMs.percentiles["95"]!),
    ]),
    lineChart("Failures", "per second", [line("failures/s", (row) => row.failuresPerSecond)]),
  ];
  const { instances = [], invocationsPerInstance = [] } = endpoint ?? {};
  // CloudWatch gives whole minutes, of which the first begins before the test.
  const minutes = invocationsPerInstance.map(([second, count]) => [Math.max(0, second), count] as const);
  return [
    ...own,
    ...(minutes.length > 0
      ? [
          lineChart("Invocations per instance", "per minute, from CloudWatch", [
            { name: "sum", points: minutes },
          ]),
        ]
      : []),
    ...(instances.length > 0
      ? [lineChart("Instances", "in service", [{ name: "instances", points: instances }])]
      : []),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, row: readonly string[]) =>
    `<tr>${row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;
  return `<table>${cells("th", head)}${rows.map((row) => cells("td", row)).join("")}</table>`;
}

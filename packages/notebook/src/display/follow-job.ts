import { escapeHtml } from "@sightline/foundation/escape";
import { type MimeBundle, showLive } from "./host.js";
import { type ChartOptions, type ChartSeries, drawChart } from "./line-chart.js";
import type { FollowedWork } from "./progress-bar.js";
import { theme } from "./theme.js";

/** How often the display is drawn anew at most, in milliseconds. */
const redrawMs = 250;
/** Last lines of the log that are shown. */
const logLines = 6;

/** What a job tells while it goes; the events of `@sightline/sdk`'s waits and deployments are of this shape. */
export interface JobEventLike {
  /** "status", "metric", "log", "warning"; anything else is a line of the log. */
  readonly kind: string;
  /** State of the job, for "status". */
  readonly status?: string;
  /** Its step within the state. */
  readonly secondaryStatus?: string;
  /** Line of the log, for "log" and "warning". */
  readonly message?: string;
  /** Name of the metric, for "metric". */
  readonly name?: string;
  /** Its value. */
  readonly value?: number;
  /** Epoch that it belongs to, from 0. Default: the count of its values so far. */
  readonly epoch?: number | undefined;
}

/** How a job is followed. */
export interface FollowOptions<Result = unknown> {
  /** Heading of the display. */
  readonly title: string;
  /** Metrics to draw, by name. Default: all whose name has "accuracy" in it. */
  readonly metrics?: readonly string[];
  /** How the curve is drawn. */
  readonly chart?: ChartOptions;
  /** What is said at the end, from the result. Default: the job's last state. */
  readonly note?: (result: Result) => string;
}

/**
 * Follows a long job under its cell to its end, and returns its result: its state, the curve of its metrics and the
 * last lines of its log grow in place.
 * @throws whatever the work throws; the display then shows it.
 * @example
 * const trained = await followJob(waitForTrainingJob(session, job), { title: "Training job" });
 */
export async function followJob<Result>(
  work: FollowedWork<JobEventLike, Result>,
  options: FollowOptions<Result>,
): Promise<Result> {
  const started = performance.now();
  const lines = new Map<string, [number, number][]>();
  const { title, metrics, chart } = options;
  const state: JobState = {
    title,
    chart,
    status: "starting",
    log: [],
    series: [],
    seconds: 0,
    end: undefined,
  };
  const display = showLive(draw(state));
  let drawnAt = 0;
  const redraw = () => {
    drawnAt = performance.now();
    state.seconds = (drawnAt - started) / 1_000;
    state.series = [...lines].map(([name, points]) => ({ name, points }));
    display.update(draw(state));
  };
  const finish = (end: "done" | "failed", status: string) => {
    Object.assign(state, { end, status });
    redraw();
  };
  const wanted = (name: string) => metrics?.includes(name) ?? name.includes("accuracy");
  const take = (event: JobEventLike) => {
    if (event.kind === "status") {
      state.status = joined(", ", event.status, event.secondaryStatus);
    } else if (event.kind === "metric" && event.name !== undefined && event.value !== undefined) {
      if (!wanted(event.name)) return;
      const points = lines.get(event.name) ?? [];
      lines.set(event.name, points);
      points.push([event.epoch ?? points.length, event.value]);
    } else {
      const isLine = event.kind === "log" || event.kind === "warning";
      const line = isLine ? (event.message ?? "") : joined(": ", event.kind, event.name);
      state.log = [...state.log, line].slice(-logLines);
    }
  };
  try {
    for await (const event of work) {
      const before = state.status;
      take(event);
      if (state.status !== before || performance.now() - drawnAt >= redrawMs) redraw();
    }
    const result = await work;
    finish("done", options.note?.(result) ?? state.status);
    return result;
  } catch (error) {
    finish("failed", error instanceof Error ? error.message : String(error));
    throw error;
  }
}

const joined = (by: string, ...parts: readonly (string | undefined)[]) =>
  parts.filter((part) => part !== undefined && part !== "").join(by);

interface JobState {
  /** Heading of the display. */
  readonly title: string;
  /** How the curve is drawn. */
  readonly chart: ChartOptions | undefined;
  status: string;
  log: readonly string[];
  series: readonly ChartSeries[];
  seconds: number;
  end: "done" | "failed" | undefined;
}

function draw(state: JobState): MimeBundle {
  const { title, status, log, series, seconds, end } = state;
  const colour = end === "failed" ? theme.bad : end === "done" ? theme.good : theme.accent;
  const dot = `<i style="display:inline-block;width:9px;height:9px;border-radius:5px;background:${colour};margin-right:7px"></i>`;
  const time = `<span style="color:${theme.soft}">${escapeHtml(status)} · ${seconds.toFixed(0)} s</span>`;
  const head = `<div style="${theme.font};color:${theme.ink}">${dot}<b>${escapeHtml(title)}</b> ${time}</div>`;
  const chart = series.length === 0 ? undefined : drawChart(series, { xLabel: "epoch", ...state.chart });
  const tail = `<pre style="margin:4px 0 0;font-size:11px;line-height:1.45;color:${theme.soft};white-space:pre-wrap">${escapeHtml(log.join("\n"))}</pre>`;
  const failed = end === "failed" ? " failed" : "";
  const plain = [
    `${title}:${failed} ${status}, ${seconds.toFixed(0)} s`,
    ...(chart === undefined ? [] : [String(chart["text/plain"])]),
  ];
  return {
    "text/html": head + String(chart?.["text/html"] ?? "") + (end === "done" ? "" : tail),
    "text/plain": plain.join("\n"),
  };
}

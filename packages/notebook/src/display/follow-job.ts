import { escapeHtml } from "@sightline/foundation/escape";
import { type MimeBundle, showLive } from "./host.js";
import { type ChartOptions, type ChartSeries, drawChart } from "./line-chart.js";
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
export interface FollowOptions {
  /** Heading of the display. */
  readonly title: string;
  /** Metrics to draw, by name. Default: all whose name has "accuracy" in it. */
  readonly metrics?: readonly string[];
  /** How the curve is drawn. */
  readonly chart?: ChartOptions;
}

/** A job's display: its state, the curve of its metrics, the last lines of its log, all growing in place. */
export interface FollowedJob {
  /** Hand this every event of the work. */
  readonly onEvent: (event: JobEventLike) => void;
  /** Draws for the last time, when the wait has ended well. */
  finish(note?: string): void;
}

/**
 * Follows a long job under its cell.
 * @example
 * const live = followJob({ title: "Training" });
 * const training = waitForTrainingJob(session, job);
 * for await (const event of training) live.onEvent(event);
 * const result = await training;
 * live.finish();
 */
export function followJob(options: FollowOptions): FollowedJob {
  const started = performance.now();
  const lines = new Map<string, [number, number][]>();
  const state: JobState = { ...options, status: "starting", log: [], series: [], seconds: 0, done: false };
  const display = showLive(draw(state));
  let drawnAt = 0;
  const redraw = () => {
    drawnAt = performance.now();
    state.seconds = (drawnAt - started) / 1_000;
    state.series = [...lines].map(([name, points]) => ({ name, points }));
    display.update(draw(state));
  };
  const wanted = (name: string) => options.metrics?.includes(name) ?? name.includes("accuracy");
  return {
    onEvent(event) {
      const before = state.status;
      if (event.kind === "status") {
        state.status = [event.status, event.secondaryStatus]
          .filter((part) => part !== undefined && part !== "")
          .join(", ");
      } else if (event.kind === "metric" && event.name !== undefined && event.value !== undefined) {
        if (!wanted(event.name)) return;
        const points = lines.get(event.name) ?? [];
        lines.set(event.name, points);
        points.push([event.epoch ?? points.length, event.value]);
      } else if (event.kind === "log" || event.kind === "warning") {
        state.log = [...state.log, event.message ?? ""].slice(-logLines);
      } else {
        state.log = [
          ...state.log,
          [event.kind, event.name].filter((part) => part !== undefined).join(": "),
        ].slice(-logLines);
      }
      if (state.status !== before || performance.now() - drawnAt >= redrawMs) redraw();
    },
    finish(note) {
      state.done = true;
      if (note !== undefined) state.status = note;
      redraw();
    },
  };
}

interface JobState {
  /** Heading of the display. */
  readonly title: string;
  /** How the curve is drawn. */
  readonly chart?: ChartOptions;
  status: string;
  log: readonly string[];
  series: readonly ChartSeries[];
  seconds: number;
  done: boolean;
}

function draw(state: JobState): MimeBundle {
  const { title, status, log, series, seconds, done } = state;
  const colour = done ? theme.good : theme.accent;
  const dot = `<i style="display:inline-block;width:9px;height:9px;border-radius:5px;background:${colour};margin-right:7px"></i>`;
  const time = `<span style="color:${theme.soft}">${escapeHtml(status)} · ${seconds.toFixed(0)} s</span>`;
  const head = `<div style="${theme.font};color:${theme.ink}">${dot}<b>${escapeHtml(title)}</b> ${time}</div>`;
  const chart = series.length === 0 ? undefined : drawChart(series, { xLabel: "epoch", ...state.chart });
  const tail = `<pre style="margin:4px 0 0;font-size:11px;line-height:1.45;color:${theme.soft};white-space:pre-wrap">${escapeHtml(log.join("\n"))}</pre>`;
  const plain = [
    `${title}: ${status}, ${seconds.toFixed(0)} s`,
    ...(chart === undefined ? [] : [String(chart["text/plain"])]),
  ];
  return {
    "text/html": head + String(chart?.["text/html"] ?? "") + (done ? "" : tail),
    "text/plain": plain.join("\n"),
  };
}

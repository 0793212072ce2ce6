import { escapeHtml } from "@sightline/foundation/escape";
import type { LogStore } from "../logs/log-store.js";
import { createMetricReader, type MetricDefinition } from "../sagemaker/training/metrics.js";

/** Values of one metric in the order in which the log has them. */
export interface Curve {
  readonly name: string;
  readonly values: readonly number[];
}

/** Sides of a curve in pixels, and the space around its line. */
const [WIDTH, HEIGHT, PADDING] = [260, 90, 6];

/** The metrics that a job's log has, over all of its instances. */
export function readCurves(
  logs: LogStore,
  group: string,
  job: string,
  definitions: readonly MetricDefinition[],
): Curve[] {
  const curves = new Map<string, number[]>();
  const reader = createMetricReader(definitions, ({ name, value }) => {
    const values = curves.get(name) ?? [];
    values.push(value);
    curves.set(name, values);
  });
  for (const stream of logs.streams(group) ?? []) {
    if (!stream.startsWith(`${job}/`)) continue;
    for (const { message } of logs.events(group, stream) ?? []) reader.read(message);
  }
  return [...curves].map(([name, values]) => ({ name, values }));
}

/** A curve as a picture with its name, first, last, least and greatest value. */
export function curveHtml({ name, values }: Curve): string {
  const least = Math.min(...values);
  const greatest = Math.max(...values);
  const x = (at: number) => PADDING + (at / Math.max(1, values.length - 1)) * (WIDTH - 2 * PADDING);
  const y = (value: number) =>
    HEIGHT - PADDING - ((value - least) / (greatest - least || 1)) * (HEIGHT - 2 * PADDING);
  const points = values.map((value, at) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  const last = values.at(-1) ?? 0;
  return `<figure><figcaption><b>${escapeHtml(name)}</b> ${short(last)}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(name)}, ${values.length} values from ${short(values[0] ?? 0)} to ${short(last)}"><polyline points="${points}"/><circle cx="${x(values.length - 1).toFixed(1)}" cy="${y(last).toFixed(1)}" r="3"/></svg>
<small>${short(least)} to ${short(greatest)}, ${values.length} values</small></figure>`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

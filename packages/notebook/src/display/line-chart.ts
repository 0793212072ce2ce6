import { niceTicks } from "@sightline/foundation/axis-ticks";
import { escapeHtml } from "@sightline/foundation/escape";
import { type MimeBundle, show, showLive } from "./host.js";
import { theme } from "./theme.js";

/** A named line: points in order of x. */
export interface ChartSeries {
  /** Name in the legend. */
  readonly name: string;
  /** Points as `[x, y]`, in order of x. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** How a chart is drawn. */
export interface ChartOptions {
  /** Heading. Default: none. */
  readonly title?: string;
  /** Text under the horizontal axis. Default: none. */
  readonly xLabel?: string;
  /** Text beside the vertical axis. Default: none. */
  readonly yLabel?: string;
  /** Least and greatest y shown. Default: what the points need. */
  readonly yRange?: readonly [number, number];
  /** CSS pixels. Default 560 by 260. */
  readonly width?: number;
  /** Height in pixels. Default 260. */
  readonly height?: number;
}

/** A chart that grows in place. */
export interface LiveChart {
  /** Adds a point to the line of this name, which is made when it is new. */
  add(name: string, x: number, y: number): void;
  /** Draws what was added since the last drawing. */
  finish(): void;
}

/** How often a growing chart is drawn anew at most, in milliseconds. */
const redrawMs = 200;

/** Shows lines over a common x axis. */
export function showLineChart(series: readonly ChartSeries[], options: ChartOptions = {}): void {
  show(drawChart(series, options));
}

/** Shows a chart to which points can be added while the cell runs. */
export function showLiveChart(options: ChartOptions = {}): LiveChart {
  const lines = new Map<string, [number, number][]>();
  const draw = () =>
    drawChart(
      [...lines].map(([name, points]) => ({ name, points })),
      options,
    );
  const display = showLive(draw());
  let drawnAt = 0;
  const redraw = () => {
    drawnAt = performance.now();
    display.update(draw());
  };
  return {
    add(name, x, y) {
      const points = lines.get(name) ?? [];
      lines.set(name, points);
      points.push([x, y]);
      if (performance.now() - drawnAt >= redrawMs) redraw();
    },
    finish: redraw,
  };
}

/** A chart as SVG inside of HTML, and as one sparkline a series in plain text. */
export function drawChart(series: readonly ChartSeries[], options: ChartOptions): MimeBundle {
  const { title = "", width = 560, height = 260 } = options;
  const drawn = series.filter(({ points }) => points.length > 0);
  const all = drawn
    .flatMap(({ points }) => points)
    .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  const x = niceTicks(
    all.map(([value]) => value),
    undefined,
    8,
  );
  const y = niceTicks(
    all.map(([, value]) => value),
    options.yRange,
    5,
  );
  const box = { left: 52, right: width - 14, top: 12, bottom: height - 40 };
  const toX = (value: number) => box.left + ((value - x.min) / (x.max - x.min)) * (box.right - box.left);
  const toY = (value: number) => box.bottom - ((value - y.min) / (y.max - y.min)) * (box.bottom - box.top);
  const grid = y.ticks.map((tick) => horizontal(toY(tick), box, tick.toFixed(y.digits)));
  const marks = x.ticks.map((tick) => label(toX(tick), box.bottom + 16, "middle", tick.toFixed(x.digits)));
  const lines = drawn.map(({ points }, index) => {
    const colour = theme.series[index % theme.series.length]!;
    const path = points.map(([px, py]) => `${toX(px).toFixed(1)},${toY(py).toFixed(1)}`);
    const dots =
      points.length > 60
        ? []
        : path.map((point) => `<circle cx="${point.replace(",", '" cy="')}" r="2.5" fill="${colour}"/>`);
    return `<polyline points="${path.join(" ")}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"/>${dots.join("")}`;
  });
  const axes = [
    label((box.left + box.right) / 2, height - 6, "middle", options.xLabel ?? ""),
    `<g transform="translate(12 ${(box.top + box.bottom) / 2}) rotate(-90)">${label(0, 0, "middle", options.yLabel ?? "")}</g>`,
  ];
  const body = [...grid, ...marks, ...axes, ...lines].join("");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}">${body}</svg>`;
  const legend = drawn.map(({ name, points }, index) => legendItem(name, points.at(-1)![1], index));
  const head = `<div style="display:flex;gap:16px;flex-wrap:wrap"><b>${escapeHtml(title)}</b>${legend.join("")}</div>`;
  return {
    "text/html": `<div style="${theme.font};color:${theme.ink}">${head}${svg}</div>`,
    "text/plain":
      [title, ...drawn.map(sparkLine)].filter((line) => line !== "").join("\n") || "(no points yet)",
  };
}

function horizontal(y: number, box: { left: number; right: number }, text: string): string {
  const line = `<line x1="${box.left}" x2="${box.right}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}" stroke="${theme.line}" stroke-width="1" opacity=".6"/>`;
  return line + label(box.left - 8, y + 4, "end", text);
}

function label(x: number, y: number, anchor: "middle" | "end", text: string): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" font-size="11" fill="${theme.soft}">${escapeHtml(text)}</text>`;
}

function legendItem(name: string, last: number, index: number): string {
  const colour = theme.series[index % theme.series.length]!;
  const mark = `<i style="display:inline-block;width:10px;height:10px;border-radius:5px;background:${colour};margin-right:5px"></i>`;
  return `<span>${mark}${escapeHtml(name)} <span style="color:${theme.soft}">${formatNumber(last)}</span></span>`;
}

const bars = "▁▂▃▄▅▆▇█";

function sparkLine({ name, points }: ChartSeries): string {
  const values = points.map(([, y]) => y);
  const least = Math.min(...values);
  const range = Math.max(...values) - least || 1;
  const step = Math.max(1, values.length / 40);
  const shown = Array.from(
    { length: Math.ceil(values.length / step) },
    (_, at) => values[Math.floor(at * step)]!,
  );
  const line = shown.map((value) => bars[Math.min(7, Math.floor((8 * (value - least)) / range))]).join("");
  return `${name}  ${line}  ${formatNumber(values[0]!)} to ${formatNumber(values.at(-1)!)}`;
}

const formatNumber = (value: number) => (Number.isInteger(value) ? String(value) : value.toPrecision(3));

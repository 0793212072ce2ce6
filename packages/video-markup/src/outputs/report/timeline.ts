import { escapeHtml } from "@sightline/foundation/escape";
import type { Analysis } from "../../analytics/analyse.js";
import { defaultPalette } from "../../annotate/color.js";
import { clock } from "./clock.js";

/** Most bars: more would be thinner than a pixel. */
const MAX_BARS = 240;
const WIDTH = 960;
const HEIGHT = 120;

/** Colours of classes by name, the same all over the report. */
export function classPalette(analysis: Analysis): ReadonlyMap<string, string> {
  const names = new Set(analysis.perSecond.flatMap((second) => Object.keys(second)));
  return new Map([...names].sort().map((name, i) => [name, defaultPalette[i % defaultPalette.length]!]));
}

/** Detections over time as stacked bars by class; a click on a bar seeks there (`data-seek`). */
export function timelineSvg(analysis: Analysis, colors: ReadonlyMap<string, string>): string {
  const seconds = analysis.perSecond.length;
  const step = Math.max(1, Math.ceil(seconds / MAX_BARS));
  const bars: Record<string, number>[] = [];
  for (let from = 0; from < seconds; from += step) {
    const bar: Record<string, number> = {};
    for (const second of analysis.perSecond.slice(from, from + step)) {
      for (const [name, count] of Object.entries(second)) bar[name] = (bar[name] ?? 0) + count;
    }
    bars.push(bar);
  }
  const total = (bar: Record<string, number>) => Object.values(bar).reduce((sum, count) => sum + count, 0);
  const highest = Math.max(1, ...bars.map(total));
  const width = WIDTH / Math.max(1, bars.length);
  const rects = bars.map((bar, i) => {
    let top = HEIGHT;
    const parts = [...colors].map(([name, color]) => {
      const height = ((bar[name] ?? 0) / highest) * HEIGHT;
      if (height === 0) return "";
      top -= height;
      return `<rect x="${(i * width).toFixed(2)}" y="${top.toFixed(2)}" width="${Math.max(1, width - 0.6).toFixed(2)}" height="${height.toFixed(2)}" fill="${color}"/>`;
    });
    const list = Object.entries(bar).map(([name, count]) => `${count} ${name}`);
    const title = `${clock(i * step, 0)}: ${list.join(", ") || "nothing"}`;
    const target = `<rect x="${(i * width).toFixed(2)}" y="0" width="${width.toFixed(2)}" height="${HEIGHT}" fill="transparent"/>`;
    return `<g data-seek="${i * step}"><title>${escapeHtml(title)}</title>${parts.join("")}${target}</g>`;
  });
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const anchor = share === 0 ? "start" : share === 1 ? "end" : "middle";
    return `<text x="${share * WIDTH}" y="${HEIGHT + 16}" text-anchor="${anchor}">${clock(share * seconds, 0)}</text>`;
  });
  return (
    `<svg class="timeline" viewBox="0 0 ${WIDTH} ${HEIGHT + 22}" role="img" aria-label="Detections over time">` +
    `<line x1="0" y1="${HEIGHT}" x2="${WIDTH}" y2="${HEIGHT}" class="axis"/>${rects.join("")}` +
    `<line id="now" x1="0" y1="0" x2="0" y2="${HEIGHT}" class="now"/>${ticks.join("")}</svg>`
  );
}

import { niceTicks } from "@sightline/foundation/axis-ticks";
import { escapeHtml } from "@sightline/foundation/escape";

/** A line of a chart. */
export interface Line {
  readonly name: string;
  /** `[x, y]`, in order of x. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

const WIDTH = 860;
const HEIGHT = 240;
const box = { left: 60, right: WIDTH - 16, top: 14, bottom: HEIGHT - 38 };
/** Told apart by those who see colours otherwise (Okabe and Ito). */
const colours = ["#0072b2", "#d55e00", "#009e73"];
/** Points that a line this wide can show: a test of hours has more seconds than the picture has pixels. */
const MOST_POINTS = 800;

/** Lines over seconds, from zero upwards, as SVG: a page that needs no script. */
export function lineChart(title: string, unit: string, lines: readonly Line[]): string {
  const all = lines.flatMap(({ points }) => points);
  const greatest = (values: readonly number[]) => values.reduce((most, value) => Math.max(most, value), 0);
  const axis = (place: 0 | 1, count: number) => {
    const end = greatest(all.map((point) => point[place])) || 1;
    return niceTicks([], [0, end], count);
  };
  const [x, y] = [axis(0, 8), axis(1, 4)];
  const toX = (value: number) => (box.left + (value / x.max) * (box.right - box.left)).toFixed(1);
  const toY = (value: number) => (box.bottom - (value / y.max) * (box.bottom - box.top)).toFixed(1);
  const text = (left: string | number, baseline: string | number, anchor: string, words: string) =>
    `<text x="${left}" y="${baseline}" text-anchor="${anchor}">${escapeHtml(words)}</text>`;
  const grid = y.ticks.map((tick) => {
    const at = toY(tick);
    const line = `<line x1="${box.left}" x2="${box.right}" y1="${at}" y2="${at}"/>`;
    return line + text(box.left - 8, Number(at) + 4, "end", tick.toFixed(y.digits));
  });
  const marks = x.ticks.map((tick) => text(toX(tick), box.bottom + 18, "middle", tick.toFixed(x.digits)));
  const drawn = lines.map(({ points }, index) => {
    const path = thin(points).map(([left, height]) => `${toX(left)},${toY(height)}`);
    const colour = colours[index % colours.length];
    // A single point has no line.
    if (path.length === 1) {
      const [cx, cy] = path[0]!.split(",");
      return `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`;
    }
    return `<polyline points="${path.join(" ")}" stroke="${colour}"/>`;
  });
  const legend = lines.map(
    ({ name }, index) =>
      `<span style="color:${colours[index % colours.length]}">&#9632; ${escapeHtml(name)}</span>`,
  );
  const below = text((box.left + box.right) / 2, HEIGHT - 4, "middle", "seconds since the start");
  const label = escapeHtml(`${title}, ${unit}`);
  return `<figure><figcaption><b>${escapeHtml(title)}</b> (${escapeHtml(unit)}) ${legend.join(" ")}</figcaption>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">${[...grid, ...marks, below, ...drawn].join("")}</svg></figure>`;
}

/** As many points as can be told apart, of each stretch the greatest: a peak is what a reader looks for. */
function thin(points: Line["points"]): Line["points"] {
  const each = Math.ceil(points.length / MOST_POINTS);
  if (each <= 1) return points;
  return Array.from({ length: Math.ceil(points.length / each) }, (_, index) =>
    points
      .slice(index * each, (index + 1) * each)
      .reduce((most, point) => (point[1] > most[1] ? point : most)),
  );
}

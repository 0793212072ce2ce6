import { escapeHtml } from "@sightline/foundation/escape";

/** One line of a chart. */
export interface Curve {
  readonly name: string;
  /** CSS class that colours it. */
  readonly kind: "train" | "validation";
  /** One value for each epoch. */
  readonly values: readonly number[];
}

const WIDTH = 640;
const HEIGHT = 240;
const LEFT = 44;
const BOTTOM = 26;
const TOP = 10;

/**
 * A chart over the epochs, as SVG that scales with its place.
 *
 * @param marked epoch that is marked, from 0
 */
export function lineChart(title: string, curves: readonly Curve[], marked: number): string {
  const all = curves.flatMap(({ values }) => values);
  const low = Math.min(0, ...all);
  const high = Math.max(...all, low + 1e-9);
  const epochs = Math.max(...curves.map(({ values }) => values.length));
  const x = (epoch: number): number => LEFT + ((WIDTH - LEFT - TOP) * epoch) / Math.max(1, epochs - 1);
  const y = (value: number): number => TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - low) / (high - low));
  const at = (epoch: number, value: number): string => `${x(epoch).toFixed(1)},${y(value).toFixed(1)}`;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => low + share * (high - low));
  const grid = ticks.map(
    (value) =>
      `<line x1="${LEFT}" x2="${WIDTH - TOP}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}"/><text x="${LEFT - 6}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${value.toFixed(2)}</text>`,
  );
  const lines = curves.map(({ kind, values }) =>
    values.length === 1
      ? `<circle class="${kind}" cx="${x(0)}" cy="${y(values[0]!).toFixed(1)}" r="3"/>`
      : `<polyline class="${kind}" points="${values.map((value, epoch) => at(epoch, value)).join(" ")}"/>`,
  );
  const legend = curves.map(
    ({ kind, name, values }) =>
      `<span class="${kind}">${escapeHtml(name)} ${values.at(-1)!.toFixed(4)}</span>`,
  );
  return `<figure><figcaption>${escapeHtml(title)}: ${legend.join(", ")}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)} over ${epochs} epochs">
${grid.join("")}<line class="best" x1="${x(marked).toFixed(1)}" x2="${x(marked).toFixed(1)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/>
${lines.join("\n")}
<text x="${LEFT}" y="${HEIGHT - 8}">0</text><text x="${WIDTH - TOP}" y="${HEIGHT - 8}" text-anchor="end">epoch ${epochs - 1}</text></svg></figure>`;
}

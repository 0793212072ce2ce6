import { escapeHtml } from "@sightline/foundation/escape";
import { show } from "./host.js";
import { formatTextTable } from "./text-table.js";
import { theme } from "./theme.js";

/** What a classifier made of a set: `matrix[actual][predicted]` counts. */
export interface ConfusionMatrix {
  /** Names of the classes, in the order of rows and columns. */
  readonly labels: readonly string[];
  /** Counts: a row for each true class, a column for each predicted one. */
  readonly matrix: readonly (readonly number[])[];
  /** How many were predicted. */
  readonly total: number;
  /** How many of them rightly: the sum of the diagonal. */
  readonly correct: number;
  /** Share of right answers, 0 to 1. */
  readonly accuracy: number;
  /** Of each class: share of its members found, and share of its predictions that are right; 0 when there are none. */
  readonly perClass: readonly {
    readonly label: string;
    readonly recall: number;
    readonly precision: number;
    readonly count: number;
  }[];
}

/**
 * Counts predictions.
 * @param pairs class ids, actual and predicted, each below `labels.length`.
 * @throws RangeError for an id that has no label.
 */
export function confusionMatrix(
  pairs: Iterable<{ readonly actual: number; readonly predicted: number }>,
  labels: readonly string[],
): ConfusionMatrix {
  const matrix = labels.map(() => labels.map(() => 0));
  let total = 0;
  for (const { actual, predicted } of pairs) {
    const row = matrix[actual];
    if (row === undefined || row[predicted] === undefined) {
      throw new RangeError(`Class ids go from 0 to ${labels.length - 1}, got ${actual} and ${predicted}.`);
    }
    row[predicted] += 1;
    total++;
  }
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  const correct = sum(labels.map((_, id) => matrix[id]![id]!));
  const perClass = labels.map((label, id) => {
    const right = matrix[id]![id]!;
    const count = sum(matrix[id]!);
    const predicted = sum(matrix.map((row) => row[id]!));
    return {
      label,
      count,
      recall: count === 0 ? 0 : right / count,
      precision: predicted === 0 ? 0 : right / predicted,
    };
  });
  return { labels, matrix, total, correct, accuracy: total === 0 ? 0 : correct / total, perClass };
}

/** Shows a confusion matrix: rows are what it is, columns what was said, shade is the share of the row. */
export function showConfusionMatrix(
  result: ConfusionMatrix,
  options: { readonly caption?: string } = {},
): void {
  const { labels, matrix, correct, total, accuracy } = result;
  const caption = options.caption ?? `${correct} of ${total} right (${(100 * accuracy).toFixed(1)} %)`;
  const head = labels.map(
    (label) =>
      `<th style="border:0;font-weight:400;padding:4px 2px;vertical-align:bottom"><span style="writing-mode:vertical-rl;transform:rotate(180deg)">${escapeHtml(label)}</span></th>`,
  );
  const rows = matrix.map((row, actual) => {
    const all = row.reduce((sum, count) => sum + count, 0);
    const cells = row.map((count, predicted) =>
      cell(count, all === 0 ? 0 : count / all, actual === predicted),
    );
    return `<tr><th style="border:0;font-weight:400;text-align:right;padding:0 8px 0 0">${escapeHtml(labels[actual]!)}</th>${cells.join("")}</tr>`;
  });
  const style = `border-collapse:separate;border-spacing:2px;${theme.font};color:${theme.ink}`;
  const title = `<div style="${theme.font};color:${theme.soft}">${escapeHtml(caption)}. Rows: actual, columns: predicted.</div>`;
  show({
    "text/html": `${title}<table style="${style}"><thead><tr><th style="border:0"></th>${head.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table>`,
    "text/plain": `${caption}. Rows: actual, columns: predicted.\n${formatTextTable(
      [["", ...labels], ...matrix.map((row, actual) => [labels[actual]!, ...row.map(String)])],
      ["left", ...labels.map(() => "right" as const)],
    )}`,
  });
}

function cell(count: number, share: number, diagonal: boolean): string {
  const [r, g, b] = diagonal ? [26, 127, 75] : [192, 51, 43];
  const colour = share > 0.55 ? "color:#fff;" : "";
  const back =
    count === 0 ? "rgba(128,128,128,.08)" : `rgba(${r},${g},${b},${(0.12 + 0.88 * share).toFixed(2)})`;
  return `<td style="${colour}background:${back};padding:0;border:0;min-width:32px;height:28px;text-align:center;border-radius:3px">${count === 0 ? "" : count}</td>`;
}

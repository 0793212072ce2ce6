import { escapeHtml } from "@sightline/foundation/escape";
import type { ClassCounts, Evaluation, Mistake } from "../evaluation.js";
import type { EpochPoint } from "../fit-head.js";
import { lineChart } from "./line-chart.js";
import { STYLE } from "./report-style.js";

/** What a training is reported by. */
export interface TrainingReport {
  /** Class names in class-id order. */
  readonly labels: readonly string[];
  /** One point for each epoch. */
  readonly history: readonly EpochPoint[];
  /** The epoch whose model was kept, from 0. */
  readonly bestEpoch: number;
  readonly samples: { readonly train: number; readonly validation: number };
  readonly backbone: string;
  readonly evaluation: Evaluation;
  /** JPEGs by their records' places. One that is not there is said to be none. */
  readonly pictures: ReadonlyMap<number, Uint8Array>;
}

/** Beyond so many classes a table of all pairs says less than the pairs that are confused most. */
const MOST_CLASSES = 40;
const MOST_PAIRS = 40;

/** The training on one page: curves, what is taken for what, the worst mistakes. No script, nothing to load, no time. */
export function trainingReport(report: TrainingReport): string {
  const { labels, history, bestEpoch, samples, backbone, evaluation } = report;
  const curve = (title: string, value: "accuracy" | "crossEntropy"): string =>
    lineChart(
      title,
      (["train", "validation"] as const).map((kind) => ({
        name: kind,
        kind,
        values: history.map((point) => point[kind][value]),
      })),
      bestEpoch,
    );
  const { accuracy, crossEntropy, confusion, classes } = evaluation;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Training report</title><style>${STYLE}</style></head><body>
<h1>Training report</h1>
<p><b>Validation accuracy ${percent(accuracy)}</b>, cross-entropy ${crossEntropy.toFixed(4)}, in epoch ${bestEpoch}, whose model was kept. ${samples.train} pictures to learn from, ${samples.validation} held out, ${labels.length} classes, backbone ${escapeHtml(backbone)}.</p>
<h2>Epochs</h2>
${curve("Accuracy", "accuracy")}
${curve("Cross-entropy", "crossEntropy")}
<p class="note">Training is measured before each step, with changed copies where there are any. The dashed line is the epoch that was kept.</p>
${confusion ? confusionSection(confusion, labels) : ""}
${classes ? classSection(classes, labels) : ""}
<h2>Worst mistakes</h2>
${mistakesSection(report)}
</body></html>
`;
}

function confusionSection(confusion: readonly (readonly number[])[], labels: readonly string[]): string {
  if (labels.length > MOST_CLASSES) return pairsSection(confusion, labels);
  const rows = confusion.map((row, label) => {
    const all = row.reduce((a, b) => a + b, 0);
    const cells = row.map((count, said) => {
      const share = all === 0 ? 0 : (0.75 * count) / all;
      const kind = said === label ? "right" : "wrong";
      return `<td class="${kind}" style="--share:${share.toFixed(3)}">${count}</td>`;
    });
    return `<tr><th>${escapeHtml(labels[label]!)}</th>${cells.join("")}<td>${all === 0 ? "-" : percent(row[label]! / all)}</td></tr>`;
  });
  return `<h2>What is taken for what</h2>
<p class="note">Rows are the classes that pictures have, columns the classes that were answered; the last column is the share of right ones.</p>
<div class="wide"><table><tr><th></th>${labels.map((name) => `<th>${escapeHtml(name)}</th>`).join("")}<th>right</th></tr>
${rows.join("\n")}</table></div>`;
}

function pairsSection(confusion: readonly (readonly number[])[], labels: readonly string[]): string {
  const pairs = confusion
    .flatMap((row, label) => row.map((count, said) => ({ label, said, count })))
    .filter(({ label, said, count }) => label !== said && count > 0)
    .sort((a, b) => b.count - a.count || a.label - b.label || a.said - b.said);
  const rows = pairs
    .slice(0, MOST_PAIRS)
    .map(
      ({ label, said, count }) =>
        `<tr><th>${escapeHtml(labels[label]!)}</th><th>${escapeHtml(labels[said]!)}</th><td>${count}</td></tr>`,
    );
  return `<h2>What is taken for what</h2>
<p class="note">The ${rows.length} pairs that are confused most, of ${pairs.length}; all of them are in evaluation.json.</p>
<div class="wide"><table><tr><th>is</th><th>was answered</th><th>pictures</th></tr>
${rows.join("\n")}</table></div>`;
}

function classSection(classes: readonly ClassCounts[], labels: readonly string[]): string {
  const share = (part: number, all: number): string => (all === 0 ? "-" : percent(part / all));
  const rows = classes.map(({ truePositives: hit, falsePositives: wrong, falseNegatives: missed }, c) => {
    const cells = [hit + missed, hit + wrong, share(hit, hit + wrong), share(hit, hit + missed)];
    return `<tr><th>${escapeHtml(labels[c]!)}</th>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  return `<h2>Classes</h2>
<div class="wide"><table><tr><th></th><th>pictures with it</th><th>answered</th><th>precision</th><th>recall</th></tr>
${rows.join("\n")}</table></div>`;
}

function mistakesSection({ evaluation, labels, pictures }: TrainingReport): string {
  if (evaluation.worst.length === 0) return "<p>There is none: every picture was answered rightly.</p>";
  const figures = evaluation.worst.map((mistake) => {
    const bytes = pictures.get(mistake.record);
    const picture = bytes
      ? `<img alt="record ${mistake.record}" src="data:image/jpeg;base64,${Buffer.from(bytes).toString("base64")}">`
      : '<div class="none">picture not kept</div>';
    return `<figure>${picture}<figcaption>${describe(mistake, labels)}</figcaption></figure>`;
  });
  return `<div class="pictures">\n${figures.join("\n")}\n</div>`;
}

function describe(
  { record, labels: are, answered, probabilities }: Mistake,
  labels: readonly string[],
): string {
  const named = (classes: readonly number[]): string =>
    classes.map((c) => `${escapeHtml(labels[c]!)} (${percent(probabilities[c]!)})`).join(", ") || "none";
  return `<b>${named(are)}</b><br>answered ${named(answered)}<br>record ${record}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

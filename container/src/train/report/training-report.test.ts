import { describe, expect, it } from "vitest";
import type { Evaluation } from "../evaluation.js";
import { type TrainingReport, trainingReport } from "./training-report.js";

const score = (accuracy: number) => ({ accuracy, crossEntropy: 1 - accuracy });
const evaluation: Evaluation = {
  ...score(0.75),
  confusion: [
    [2, 1],
    [0, 1],
  ],
  worst: [
    { record: 3, labels: [0], answered: [1], probabilities: [0.1, 0.9], loss: 2.3 },
    { record: 7, labels: [0], answered: [1], probabilities: [0.4, 0.6], loss: 0.9 },
  ],
};
const report: TrainingReport = {
  labels: ["safe <driving>", "texting"],
  history: [
    { train: score(0.5), validation: score(0.25) },
    { train: score(0.9), validation: score(0.75) },
  ],
  bestEpoch: 1,
  samples: { train: 8, validation: 4 },
  backbone: "filter-bank",
  evaluation,
  pictures: new Map([[3, Uint8Array.of(0xff, 0xd8)]]),
};

describe("trainingReport", () => {
  it("shows curves, counts and mistakes, and needs nothing beside itself", () => {
    const html = trainingReport(report);
    expect(html).toContain("Validation accuracy 75.0 %");
    expect(html.match(/<polyline/g)).toHaveLength(4);
    expect(html).toContain('<td class="wrong" style="--share:0.250">1</td>');
    expect(html).toContain('src="data:image/jpeg;base64,/9g="');
    expect(html).toContain("safe &lt;driving&gt; (10.0 %)</b><br>answered texting (90.0 %)<br>record 3");
    expect(html).toContain("picture not kept");
    expect(html).not.toMatch(/<script|https?:|url\(|<link/);
    expect(html).not.toContain("<driving>");
  });

  it("shows precision and recall of classes that stand by themselves", () => {
    const counts = { truePositives: 3, falsePositives: 1, falseNegatives: 3, trueNegatives: 1 };
    const none = { truePositives: 0, falsePositives: 0, falseNegatives: 0, trueNegatives: 8 };
    const { confusion: _, ...others } = evaluation;
    const html = trainingReport({ ...report, evaluation: { ...others, worst: [], classes: [counts, none] } });
    expect(html).toContain("<td>6</td><td>4</td><td>75.0 %</td><td>50.0 %</td>");
    expect(html).toContain("<td>0</td><td>0</td><td>-</td><td>-</td>");
    expect(html).toContain("every picture was answered rightly");
  });

  it("lists pairs instead of a table of more classes than anybody reads", () => {
    const labels = Array.from({ length: 50 }, (_, i) => `class ${i}`);
    const confusion = labels.map((_, row) => labels.map((_, column) => (row === 1 && column === 2 ? 9 : 0)));
    const html = trainingReport({ ...report, labels, evaluation: { ...evaluation, confusion, worst: [] } });
    expect(html).toContain("<th>class 1</th><th>class 2</th><td>9</td>");
    expect(html.length).toBeLessThan(20_000);
  });

  it("draws one epoch as points", () => {
    const html = trainingReport({ ...report, history: report.history.slice(0, 1), bestEpoch: 0 });
    expect(html.match(/<circle/g)).toHaveLength(4);
    expect(html).not.toContain("NaN");
  });
});

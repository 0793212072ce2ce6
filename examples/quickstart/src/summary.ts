import { explainSplits, type QuickstartResult } from "./result.js";

/** The end of a run in a few lines for the terminal. */
export function formatSummary(result: QuickstartResult, reportPath: string): string {
  const { classification, video, steps, seconds } = result;
  const rows = classification.comparison.map((one) =>
    [
      one.split.padEnd(12),
      String(one.trainImages).padStart(7),
      String(one.validationImages).padStart(12),
      String(one.testImages).padStart(10),
      `${(100 * one.accuracy).toFixed(1)} %`.padStart(10),
    ].join(""),
  );
  const why = explainSplits(result);
  return [
    "",
    `Pictures: ${classification.dataset}, ${classification.classes.length} classes; ${classification.correct} of ${classification.testImages} held-out pictures right (split: ${classification.split})`,
    "  split         train  validation  held out  accuracy",
    ...rows.map((row) => `  ${row}`),
    ...(why === undefined ? [] : [`  ${why}`]),
    `Video: ${video.frames} frames, ${video.durationSeconds.toFixed(2)} s, ${video.framesWithDetections} frames with detections, ${video.detections} detections${video.synthetic ? " (synthetic)" : ""}`,
    `  ${video.output}`,
    `Report: ${reportPath} (${seconds.toFixed(0)} s, ${steps.length} steps)`,
    "",
  ].join("\n");
}

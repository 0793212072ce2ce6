import { logits } from "../head.js";
import { boxAt, decodeBox, type FoundBox, suppress } from "./boxes.js";
import { anchorProbabilities, type LevelHeads, readWindow, WINDOW } from "./heads.js";
import type { Level } from "./levels.js";

/** Least score of a box, and how many of a picture go into suppression: SSD's own. */
export const SCORE_THRESHOLD = 0.01;
export const MOST_BOXES = 400;

/** The boxes that heads find in a picture of which there are features: what the exported model answers, too. */
export function detect(
  row: Float32Array,
  levels: readonly Level[],
  heads: readonly LevelHeads[],
  { classes, nmsThreshold }: { readonly classes: number; readonly nmsThreshold: number },
): FoundBox[] {
  const found: FoundBox[] = [];
  for (const [index, level] of levels.entries()) {
    const head = heads[index]!;
    const window = new Float32Array(WINDOW * level.channels);
    const probabilities = new Float64Array(head.classes.classes);
    const offsets = new Float64Array(head.offsets.classes);
    for (let cell = 0; cell < level.height * level.width; cell++) {
      readWindow(row, level, cell, window);
      anchorProbabilities(head.classes, window, classes, probabilities);
      let moved = false;
      for (let anchor = 0; anchor < level.anchorsPerCell; anchor++) {
        const { classId, score } = likeliest(probabilities, anchor * (classes + 1), classes);
        if (score < SCORE_THRESHOLD) continue;
        if (!moved) logits(head.offsets, window, 0, offsets);
        moved = true;
        const box = decodeBox(
          boxAt(level.anchors, cell * level.anchorsPerCell + anchor),
          offsets.subarray(anchor * 4, anchor * 4 + 4),
        );
        found.push({ classId, score, box });
      }
    }
  }
  return suppress(found, nmsThreshold, MOST_BOXES);
}

function likeliest(values: Float64Array, from: number, classes: number): { classId: number; score: number } {
  let best = 1;
  for (let c = 2; c <= classes; c++) if (values[from + c]! > values[from + best]!) best = c;
  return { classId: best - 1, score: values[from + best]! };
}

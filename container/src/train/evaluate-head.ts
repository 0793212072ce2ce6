import type { Answers, PictureScore, Score } from "./answers.js";
import type { FeatureSet } from "./feature-set.js";
import type { Head } from "./head.js";
import { BLOCK_ROWS, HeadBlock } from "./head-block.js";

/** Told of each picture of a set: its number, its probabilities (valid during the call), and how it did. */
export type OnPicture = (index: number, probabilities: Float64Array, score: PictureScore) => void;

/** Evaluates a head on the pictures themselves (not on augmented copies). */
export function evaluateHead(head: Head, set: FeatureSet, answers: Answers, onPicture?: OnPicture): Score {
  const { classes, bias } = head;
  const out = new Float64Array(classes);
  const tally = answers.tally();
  const block = new HeadBlock(classes, set.width);
  block.begin(head);
  for (let first = 0; first < set.count; first += BLOCK_ROWS) {
    const rows = Math.min(BLOCK_ROWS, set.count - first);
    const starts = Array.from({ length: rows }, (_, n) => (first + n) * set.views * set.width);
    const products = block.multiply(set.values, starts);
    for (let n = 0; n < rows; n++) {
      for (let c = 0; c < classes; c++) out[c] = products[n * classes + c]! + bias[c]!;
      answers.activate(out);
      const score = tally.add(out, set.labels[first + n]!);
      onPicture?.(first + n, out, score);
    }
  }
  return tally.result();
}

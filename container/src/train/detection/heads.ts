import { emptyHead, type Head, logits } from "../head.js";
import type { Level } from "./levels.js";

/** Cells of the window that a head looks through: the cell itself and its eight neighbours, as SSD's 3 x 3 convolutions. */
export const WINDOW = 9;

/** The trained part of one level: two linear maps of a cell's window. */
export interface LevelHeads {
  /** For each anchor of the cell the logits of the background and the classes. */
  readonly classes: Head;
  /** For each anchor of the cell the offsets of x, y, width and height. */
  readonly offsets: Head;
}

/**
 * Probability of an object in an anchor before anything is learnt. Only the background's most mistaken anchors are learnt
 * from, so the others keep what they begin with; at a half, every frame would be full of half-sure boxes.
 */
const PRIOR = 0.05;

/** Heads that know nothing but that most anchors have nothing. */
export function emptyHeads(levels: readonly Level[], classes: number): LevelHeads[] {
  return levels.map(({ channels, anchorsPerCell }) => {
    const width = WINDOW * channels;
    const scores = emptyHead(anchorsPerCell * (classes + 1), width);
    for (let background = 0; background < scores.classes; background += classes + 1) {
      scores.bias[background] = Math.log(((1 - PRIOR) / PRIOR) * classes);
    }
    return { classes: scores, offsets: emptyHead(anchorsPerCell * 4, width) };
  });
}

/**
 * The window around a cell, neighbour after neighbour from the top left, each with all channels; zeros beyond the map.
 *
 * @param row the picture's feature row
 * @param window takes the values
 */
export function readWindow(row: Float32Array, level: Level, cell: number, window: Float32Array): void {
  const { channels, height, width, offset } = level;
  const [y, x] = [Math.floor(cell / width), cell % width];
  let at = 0;
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++, at += channels) {
      const [fromY, fromX] = [y + dy, x + dx];
      if (fromY < 0 || fromY >= height || fromX < 0 || fromX >= width) {
        window.fill(0, at, at + channels);
        continue;
      }
      const from = offset + (fromY * width + fromX) * channels;
      for (let channel = 0; channel < channels; channel++) window[at + channel] = row[from + channel]!;
    }
  }
}

/** Probabilities of background and classes for each anchor of a cell, into `out`. */
export function anchorProbabilities(
  head: Head,
  window: Float32Array,
  classes: number,
  out: Float64Array,
): void {
  logits(head, window, 0, out);
  for (let from = 0; from < head.classes; from += classes + 1) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let c = from; c <= from + classes; c++) largest = Math.max(largest, out[c]!);
    let total = 0;
    for (let c = from; c <= from + classes; c++) total += out[c] = Math.exp(out[c]! - largest);
    for (let c = from; c <= from + classes; c++) out[c]! /= total;
  }
}

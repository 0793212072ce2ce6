import { boxesOf } from "../format/box-labels.js";
import { decodeDetectionLabel } from "../format/detection-label.js";
import type { BoxNames, ImageList } from "../list/image-list.js";
import type { BoxNote, PlacedBoxes } from "./place-boxes.js";

/** What became of the boxes of a run. */
export interface BoxReport extends BoxNames {
  /** Boxes in the list. */
  readonly listed: number;
  /** Boxes on the images that were to be packed; those of images that were lost are among them. */
  readonly kept: number;
  /** Of those, how many were cut at the border. */
  readonly cut: number;
  /** Boxes dropped. */
  readonly dropped: number;
  /** Images left out because none of their boxes is left. */
  readonly imagesLeftOut: number;
  /** Boxes kept, by label. */
  readonly boxesByLabel: Readonly<Record<string, number>>;
  /** Each box that is not as it was, in list order. */
  readonly notes: readonly BoxNote[];
}

/** Counts what became of boxes. */
export function boxReport({ list, listed, notes }: PlacedBoxes): BoxReport {
  const byLabel = countBoxes(list);
  const count = (action: BoxNote["action"]) => notes.filter((note) => note.action === action).length;
  return {
    categoryIds: list.boxes?.categoryIds ?? [],
    extra: list.boxes?.extra ?? [],
    listed,
    kept: [...byLabel.values()].reduce((sum, boxes) => sum + boxes, 0),
    cut: count("cut"),
    dropped: count("dropped"),
    imagesLeftOut: count("left-out"),
    boxesByLabel: Object.fromEntries([...byLabel].sort(([a], [b]) => a - b)),
    notes,
  };
}

function countBoxes({ entries }: ImageList): Map<number, number> {
  const byLabel = new Map<number, number>();
  for (const { labels } of entries) {
    for (const label of boxesOf(labels) === undefined ? [] : decodeDetectionLabel(labels).objects) {
      byLabel.set(label.classId, (byLabel.get(label.classId) ?? 0) + 1);
    }
  }
  return byLabel;
}

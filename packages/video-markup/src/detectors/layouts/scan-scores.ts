/** A table of boxes by attributes inside one flat array: the step between neighbours of either kind. */
export interface ScoreTable {
  readonly values: Float32Array;
  readonly boxes: number;
  /** Distance in elements from one box to the next. */
  readonly boxStep: number;
  /** Distance in elements from one attribute to the next. */
  readonly attributeStep: number;
}

/** Best class of each box over the threshold, in box order. */
export interface ScannedScores {
  readonly boxes: number[];
  readonly scores: number[];
  readonly classIds: number[];
}

/**
 * The best class of every box whose best class is over the threshold. The inner loop runs along the
 * contiguous axis and takes one comparison an element, for almost every element fails it.
 */
export function scanScores(
  table: ScoreTable,
  firstClass: number,
  classCount: number,
  threshold: number,
): ScannedScores {
  const { values, boxes, boxStep, attributeStep } = table;
  const found: ScannedScores = { boxes: [], scores: [], classIds: [] };
  if (boxStep !== 1) {
    for (let box = 0; box < boxes; box++) {
      let bestScore = threshold;
      let bestClass = -1;
      const from = box * boxStep + firstClass * attributeStep;
      for (let c = 0; c < classCount; c++) {
        const score = values[from + c * attributeStep]!;
        if (score > bestScore) {
          bestScore = score;
          bestClass = c;
        }
      }
      if (bestClass >= 0) addFound(found, box, bestScore, bestClass);
    }
    return found;
  }
  const best = new Map<number, number>();
  const bestClass = new Map<number, number>();
  for (let c = 0; c < classCount; c++) {
    const from = (firstClass + c) * attributeStep;
    for (let box = 0; box < boxes; box++) {
      const score = values[from + box]!;
      if (score > threshold && score > (best.get(box) ?? 0)) {
        best.set(box, score);
        bestClass.set(box, c);
      }
    }
  }
  for (const box of [...best.keys()].sort((a, b) => a - b)) {
    addFound(found, box, best.get(box)!, bestClass.get(box)!);
  }
  return found;
}

function addFound(found: ScannedScores, box: number, score: number, classId: number): void {
  found.boxes.push(box);
  found.scores.push(score);
  found.classIds.push(classId);
}

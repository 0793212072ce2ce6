import { type Entry, line, type Table } from "./sparse-tensor.js";

/** The object that every sample finds: class, score and edges in an input of 640 x 640. */
export const sampleObject = { classId: 2, confidence: 0.9, xyxy: [220, 270, 420, 370] } as const;

export const { classId: CLASS, confidence: SCORE, xyxy: BOX } = sampleObject;
export const [X, Y, W, H] = [320, 320, 200, 100];
export const SIDE = 640;
export const CELLS = 8400;
export const PROTOS = 32;
export const coco = `{${Array.from({ length: 80 }, (_, id) => `${id}: 'c${id}'`).join(", ")}}`;

/** How a sample is made. */
export interface Recipe {
  readonly outputs: Readonly<Record<string, Table>>;
  readonly score?: readonly [output: string, indices: readonly number[]];
  readonly box?: readonly [output: string, indices: readonly number[]];
  readonly input?: readonly (number | string)[];
  readonly elemType?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly extraInput?: string;
}

export const aroundCenter = { 0: X, 1: Y, 2: W, 3: H };
export const byEdges = { 0: BOX[0], 1: BOX[1], 2: BOX[2], 3: BOX[3] };
export const asShares = { 0: X / SIDE, 1: Y / SIDE, 2: W / SIDE, 3: H / SIDE };
/** A prototype that is inside everywhere. */
export const protos: Table = { dims: [1, PROTOS, 160, 160], entries: [], fill: 1 };

/** Logits of a distance of `bins` as the mean of its two neighbours. */
export function distance(from: number, bins: number): Record<number, number> {
  const whole = Math.floor(bins);
  const logits: Record<number, number> = {};
  for (let bin = 0; bin < 8; bin++) logits[from + bin] = -50;
  logits[from + whole] = Math.log(1 - (bins - whole));
  logits[from + whole + 1] = Math.log(bins - whole);
  return logits;
}

/** The four distances to the box's edges from (320, 320) in strides. */
export function distances(from: number, stride: number): Record<number, number> {
  const [across, down] = [W / 2 / stride, H / 2 / stride];
  return Object.assign(
    {},
    ...[across, down, across, down].map((bins, edge) => distance(from + edge * 8, bins)),
  );
}

export function yolov8(
  extra: number,
  more: Readonly<Record<number, number>>,
  rest: Partial<Recipe> = {},
): Recipe {
  const classes = rest.metadata?.task === "pose" ? 3 : 80;
  return {
    metadata: { task: "detect", names: coco },
    score: ["output0", [0, 4 + CLASS, 100]],
    box: ["output0", [0, 0, 100]],
    ...rest,
    outputs: {
      output0: {
        dims: [1, 4 + classes + extra, CELLS],
        entries: line(100, { ...aroundCenter, [4 + CLASS]: SCORE, ...more }, true),
      },
      ...rest.outputs,
    },
  };
}

export function nmsFree(
  columns: number,
  more: Readonly<Record<number, number>>,
  rest: Partial<Recipe> = {},
): Recipe {
  const isRotated = columns === 7;
  const box = isRotated ? aroundCenter : byEdges;
  return {
    score: ["output0", [0, 0, 4]],
    box: ["output0", [0, 0, isRotated ? 0 : 2]],
    ...rest,
    outputs: {
      output0: { dims: [1, 300, columns], entries: line(0, { ...box, 4: SCORE, 5: CLASS, ...more }) },
      ...rest.outputs,
    },
  };
}

/** A table of a row a cell with objectness, of classes from column 5. */
export function withObjectness(
  name: string,
  dims: readonly number[],
  box: Readonly<Record<number, number>>,
): Recipe {
  return {
    outputs: { [name]: { dims, entries: line(100, { ...box, 4: 1, [5 + CLASS]: SCORE }) } },
    score: [name, [0, 100, 5 + CLASS]],
    box: [name, [0, 100, 2]],
  };
}

export function rcnn(names: readonly [string, string, string], masks?: readonly [string, Table]): Recipe {
  const [boxes, labels, scores] = names;
  return {
    input: [3, SIDE, SIDE],
    outputs: {
      [boxes]: { dims: [1, 4], entries: BOX.map((edge, i): Entry => [[0, i], edge]) },
      [labels]: { dims: [1], type: "int64", entries: [[[0], CLASS + 1]] },
      [scores]: { dims: [1], entries: [[[0], SCORE]] },
      ...(masks ? { [masks[0]]: masks[1] } : {}),
    },
    score: [scores, [0]],
    box: [boxes, [0, 2]],
  };
}

export function queries(
  logits: string,
  boxes: string,
  classes: number,
  count: number,
  logit: number,
): Recipe {
  return {
    outputs: {
      [logits]: { dims: [1, count, classes], entries: line(0, { [CLASS]: logit }), fill: -20 },
      [boxes]: { dims: [1, count, 4], entries: line(0, asShares) },
    },
    box: [boxes, [0, 0, 2]],
  };
}

export function lists(names: readonly string[], box: readonly number[], firstClass: number): Recipe {
  const [count, boxes, scores, classes] = names as [string, string, string, string];
  return {
    outputs: {
      [count]: { dims: [1, 1], type: "int32", entries: [[[0, 0], 1]] },
      [boxes]: { dims: [1, 100, 4], entries: box.map((edge, i): Entry => [[0, 0, i], edge]) },
      [scores]: { dims: [1, 100], entries: [[[0, 0], SCORE]] },
      [classes]: { dims: [1, 100], type: "int32", entries: [[[0, 0], CLASS + firstClass]] },
    },
    score: [scores, [0, 0]],
    box: [boxes, [0, 0, 2]],
  };
}

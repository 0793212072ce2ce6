import type { Size } from "../../detection.js";
import type { TensorDescription } from "../detector.js";
import { fixed, type ModelView } from "../model-view.js";
import { type Preprocessing, plain } from "./layout-definition.js";
import type { Variant } from "./yolo-extras.js";

/** Letterbox with grey 114 shared on both sides, RGB, 0 to 1 (ultralytics `LetterBox`, yolov5 `letterbox`). */
export const yoloPreprocessing: Preprocessing = {
  fit: "letterbox-center",
  padValue: 114,
  channels: "RGB",
  scale: 1 / 255,
  ...plain,
};

/** Strides of the usual three heads. */
export const STRIDES = [8, 16, 32] as const;

/** Strides of four heads: the P6 models', and NanoDet-Plus'. */
export const STRIDES_TO_64 = [8, 16, 32, 64] as const;

/** How many grid cells a model with this input has, for three heads and for four; empty when a side is free. */
export function cellCounts(view: ModelView): number[] {
  return [STRIDES, STRIDES_TO_64].flatMap((strides) => cellsOf(view, strides) ?? []);
}

/** Cells of all grids of a model's input; undefined when a side is free. */
export function cellsOf({ width, height }: ModelView, strides: readonly number[]): number | undefined {
  return width === undefined || height === undefined ? undefined : gridCells(width, height, strides);
}

/** Cells of all grids together. */
export function gridCells(width: number, height: number, strides: readonly number[]): number {
  return strides.reduce((sum, stride) => sum + Math.ceil(width / stride) * Math.ceil(height / stride), 0);
}

/**
 * The model's only output when it is a table `[batch, cells, columns]` with a row for each cell of grids of
 * these strides; rows that cannot be counted, because a side is free, are taken on trust.
 */
export function cellTable(view: ModelView, strides: readonly number[]): CellTable | undefined {
  const table = view.outputs[0];
  if (view.outputs.length !== 1 || table?.shape.length !== 3) return undefined;
  const [, rows, columns] = table.shape.map(fixed);
  const cells = cellsOf(view, strides);
  if (columns === undefined || (rows !== undefined && cells !== undefined && rows !== cells))
    return undefined;
  return { name: table.name, columns, counted: rows !== undefined && cells !== undefined };
}

/** A table with a row for each grid cell. */
export interface CellTable {
  /** Name of the output. */
  readonly name: string;
  readonly columns: number;
  /** Whether the rows were found to be as many as the cells. */
  readonly counted: boolean;
}

/** Whether `classes` does not contradict the names in the metadata. */
export function classesFit(view: ModelView, classes: number): boolean {
  return classes >= 1 && (view.classNames === undefined || view.classNames.length === classes);
}

/** `imgsz` of the metadata, else 640 x 640. */
export function yoloInputSize(view: ModelView): Size {
  const [height, width] = [...(view.metadata.imgsz ?? "").matchAll(/\d+/g)].map(([digits]) => Number(digits));
  return { width: width ?? height ?? 640, height: height ?? 640 };
}

/** How pictures are prepared for the YOLOs of one letterbox: v5 to v12, and what is exported from them. */
export const yoloPicture = { preprocessing: yoloPreprocessing, inputSize: yoloInputSize } as const;

/** The first output of three axes, `[batch, rows, columns]`. */
export function tableOutput(view: ModelView): TensorDescription | undefined {
  return view.outputs.find(({ shape }) => shape.length === 3);
}

/** The mask prototypes `[batch, coefficients, height, width]`. */
export function protoOutput(view: ModelView): TensorDescription | undefined {
  return view.outputs.find(({ shape }) => shape.length === 4);
}

/** `task` of Ultralytics' metadata: detect, segment, pose, obb, classify. */
export function ultralyticsTask(view: ModelView): string | undefined {
  return view.metadata.task;
}

/** Whether the metadata says RT-DETR, whose tables look like YOLO's. */
export function saysRtDetr(view: ModelView): boolean {
  return /rt-?detr/i.test(`${view.metadata.head ?? ""} ${view.metadata.description ?? ""}`);
}

/** Whether the metadata says that NMS is part of the model or not needed. */
export function saysFinal(view: ModelView): boolean {
  return view.metadata.end2end === "True" || /'nms': True/.test(view.metadata.args ?? "");
}

/** Whether the table is `[batch, few hundred detections, 6 or more]`: NMS done or not needed. */
export function isDetectionTable(view: ModelView, extra: number): boolean {
  const table = tableOutput(view);
  if (!table) return false;
  const rows = fixed(table.shape[1]);
  const columns = fixed(table.shape[2]);
  if (columns !== 6 + extra) return false;
  const cells = cellCounts(view);
  // A one-class YOLOX or YOLOv5 has six columns too, but one row for each cell or anchor.
  return rows === undefined ? false : rows <= 1000 && !cells.some((n) => rows === n || rows === 3 * n);
}

/** Columns that a head has beside boxes and classes (and score and class, where NMS is done). */
export function extraColumns(view: ModelView, variant: Variant): number {
  const points = keypointShape(view);
  const coefficients = fixed(protoOutput(view)?.shape[1]) ?? 32;
  return { detect: 0, obb: 1, pose: points[0] * points[1], segment: coefficients }[variant];
}

/** Keypoints a box and numbers a keypoint from `kpt_shape`, else COCO's 17 x 3. */
export function keypointShape(view: ModelView): readonly [count: number, numbers: number] {
  const [count, numbers] = [...(view.metadata.kpt_shape ?? "").matchAll(/\d+/g)].map(([d]) => Number(d));
  return [count ?? 17, numbers ?? 3];
}

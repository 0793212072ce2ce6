import type { AnnotationKind } from "@sightline/contract/annotation-style";
import type { Detection, FrameDetections } from "../detection.js";
import { type Rgb, toYuv, type YuvColor } from "./color.js";
import { type Counts, countsOf } from "./counts.js";
import { drawBox, drawCorners, drawEllipse } from "./draw-boxes.js";
import { drawPolyline } from "./draw-line.js";
import { drawMask } from "./draw-mask.js";
import { type HeatMap, heatMap } from "./heat-map.js";
import { blur, pixelate } from "./hide.js";
import { drawTag, type LabelTag, tagCache } from "./label-tag.js";
import { maskOutlines } from "./mask-outline.js";
import { type LabelRequest, placeLabels } from "./place-labels.js";
import { drawPose } from "./pose.js";
import { type AnnotationStyle, historySeconds, type ResolvedStyle, resolveStyle } from "./style.js";
import { type Traces, traceKeeper } from "./traces.js";
import type { Yuv420Frame } from "./yuv-frame.js";

/** What a frame must share with the others that one annotator draws on. */
export type FrameFormat = Pick<Yuv420Frame, "width" | "height" | "range" | "matrix">;

/** Draws on the frames of one video, in order; holds traces, heat, counts and drawn labels. */
export interface Annotator {
  /** Draws one frame's detections in place. */
  draw(frame: Yuv420Frame, record: FrameDetections): void;
  /** Takes a frame's detections into traces, heat and counts without drawing: for frames before a segment's first. */
  observe(record: FrameDetections): void;
}

/**
 * An annotator for the frames of one video.
 *
 * @throws RangeError when the style has an unknown kind or colour, or a line or zone that cannot be counted at.
 * @example
 * const annotator = createAnnotator({ width: 1280, height: 720 }, { annotate: ["box", "trace"] });
 * annotator.draw(yuv420Frame(bytes, 1280, 720), record); // `bytes` now show boxes, and where they came from
 */
export function createAnnotator(format: FrameFormat, style: AnnotationStyle = {}): Annotator {
  const resolved = resolveStyle(style, format);
  const drawing = {
    style: resolved,
    tagFor: tagCache(resolved.textSize, format),
    colorFor: colorCache(format),
  };
  const canvas: Canvas = {
    ...drawing,
    counts: countsOf(drawing),
    heat: heatMap(format),
    traces: traceKeeper(resolved.traceSeconds),
  };
  const keepsHeat = resolved.annotate.includes("heat-map");
  const keepsTraces = resolved.annotate.includes("trace");
  const observe = (record: FrameDetections) => {
    if (keepsHeat) canvas.heat.add(record.detections);
    if (keepsTraces) canvas.traces.add(record);
    canvas.counts.add(record);
  };
  return {
    observe,
    draw(frame, record) {
      observe(record);
      for (const kind of resolved.annotate) drawKind(kind, frame, record.detections, canvas);
      canvas.counts.draw(frame);
    },
  };
}

const annotators = new WeakMap<AnnotationStyle, Map<string, Annotator>>();
const defaultStyle: AnnotationStyle = {};

/**
 * Draws detections on one frame, in place. For traces, heat maps and counts use {@link createAnnotator}, which
 * remembers earlier frames; here they show this frame alone.
 *
 * @throws RangeError when the style has an unknown kind or colour, or a line or zone that cannot be counted at.
 * @example
 * const frame = yuv420Frame(bytes, 640, 360);
 * annotateFrame(frame, detections, { annotate: ["box", "label"] }); // `bytes` now show boxes and labels
 */
export function annotateFrame(
  frame: Yuv420Frame,
  detections: readonly Detection[],
  style: AnnotationStyle = defaultStyle,
): void {
  const record = { frame: 0, ptsSeconds: 0, detections };
  if (historySeconds(style) > 0) {
    createAnnotator(frame, style).draw(frame, record);
    return;
  }
  // The same style object on the same kind of frame keeps its drawn labels.
  const bySize = annotators.get(style) ?? new Map<string, Annotator>();
  annotators.set(style, bySize);
  const key = `${frame.width}x${frame.height} ${frame.range} ${frame.matrix}`;
  const annotator = bySize.get(key) ?? createAnnotator(frame, style);
  bySize.set(key, annotator);
  annotator.draw(frame, record);
}

/** What the kinds draw with. */
interface Canvas {
  readonly style: ResolvedStyle;
  readonly tagFor: (text: string, background: Rgb) => LabelTag;
  readonly colorFor: (rgb: Rgb) => YuvColor;
  readonly heat: HeatMap;
  readonly traces: Traces;
  readonly counts: Counts;
}

function drawKind(
  kind: AnnotationKind,
  frame: Yuv420Frame,
  detections: readonly Detection[],
  canvas: Canvas,
): void {
  if (kind === "heat-map") {
    canvas.heat.draw(frame, canvas.style.heatOpacity);
    return;
  }
  if (kind === "label") {
    drawLabels(frame, detections, canvas);
    return;
  }
  // The weakest first, so that the strongest lies on top.
  for (let i = detections.length - 1; i >= 0; i--) drawOne[kind](frame, detections[i]!, canvas);
}

type DrawOne = (frame: Yuv420Frame, detection: Detection, canvas: Canvas) => void;

const drawOne: Readonly<Record<Exclude<AnnotationKind, "heat-map" | "label">, DrawOne>> = {
  box: (frame, detection, { style, colorFor }) =>
    drawBox(frame, detection, style.thickness, colorFor(style.colorOf(detection))),
  corner: (frame, detection, { style, colorFor }) =>
    drawCorners(frame, detection, style.thickness, colorFor(style.colorOf(detection))),
  ellipse: (frame, detection, { style, colorFor }) =>
    drawEllipse(frame, detection, style.thickness, colorFor(style.colorOf(detection))),
  pose: (frame, detection, { style, colorFor }) =>
    drawPose(frame, detection, style.thickness, colorFor(style.colorOf(detection))),
  mask: (frame, detection, { style, colorFor }) => {
    if (!detection.mask) return;
    drawMask(frame, detection.mask, colorFor(style.colorOf(detection)), style.maskOpacity);
  },
  polygon: (frame, detection, { style, colorFor }) => {
    const color = colorFor(style.colorOf(detection));
    if (!detection.mask) {
      drawBox(frame, detection, style.thickness, color);
      return;
    }
    for (const ring of maskOutlines(detection.mask)) {
      drawPolyline(frame, ring, style.thickness, color, { closed: true });
    }
  },
  trace: (frame, detection, { style, colorFor, traces }) => {
    if (detection.trackId === undefined) return;
    drawPolyline(frame, traces.of(detection.trackId), style.thickness, colorFor(style.colorOf(detection)));
  },
  blur: (frame, detection, { style }) => {
    if (style.hides(detection)) blur(frame, detection.xyxy, style.blurRadius * shorterSide(detection));
  },
  pixelate: (frame, detection, { style }) => {
    if (style.hides(detection)) pixelate(frame, detection.xyxy, style.pixelateCell * shorterSide(detection));
  },
};

/** The strongest detection's label chooses its place first, and lies on top where one has to cover another. */
function drawLabels(
  frame: Yuv420Frame,
  detections: readonly Detection[],
  { style, tagFor }: Pick<Canvas, "style" | "tagFor">,
): void {
  const labels = detections.map((detection): LabelRequest & { readonly tag: LabelTag } => ({
    box: detection.xyxy,
    tag: tagFor(labelText(detection, style), style.colorOf(detection)),
  }));
  const places = placeLabels(labels, frame);
  for (let i = labels.length - 1; i >= 0; i--) drawTag(frame, labels[i]!.tag, ...places[i]!);
}

function labelText(detection: Detection, style: ResolvedStyle): string {
  const id = style.trackIds && detection.trackId !== undefined ? `#${detection.trackId} ` : "";
  const confidence = style.confidence ? ` ${detection.confidence.toFixed(2)}` : "";
  return `${id}${detection.className}${confidence}`;
}

function shorterSide({ xyxy: [x1, y1, x2, y2] }: Detection): number {
  return Math.min(x2 - x1, y2 - y1);
}

function colorCache(format: FrameFormat): (rgb: Rgb) => YuvColor {
  const known = new Map<Rgb, YuvColor>();
  return (rgb) => {
    const color = known.get(rgb) ?? toYuv(rgb, format);
    known.set(rgb, color);
    return color;
  };
}

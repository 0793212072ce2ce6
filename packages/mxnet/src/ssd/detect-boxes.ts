import type { GraphBuilder } from "@sightline/onnx";

/** What an SSD computes, by names in the graph. */
export interface BoxPredictions {
  /** Probabilities `[N, classes + 1, anchors]`, the background first. */
  readonly probabilities: string;
  /** Offsets `[N, anchors * 4]`. */
  readonly offsets: string;
  /** The anchors, four numbers each: left, top, right, bottom in 0-1. */
  readonly anchors: Float32Array;
  /** Classes without the background. */
  readonly classes: number;
}

/** Settings of MultiBoxDetection; the defaults are MXNet's. */
export interface BoxDetectionOptions {
  /** Least score of a box. Default 0.01. */
  readonly threshold?: number;
  /** IoU from which the weaker of two boxes is left out; outside of 0 to 1 nothing is. Default 0.5. */
  readonly nmsThreshold?: number;
  /** Boxes that go into suppression, the best over all classes; all where it is not above 0. Default -1. */
  readonly nmsTopK?: number;
  /** Whether a box suppresses those of other classes too. Default false. */
  readonly forceSuppress?: boolean;
  /** What offsets of x, y, width and height are multiplied by. Default 0.1, 0.1, 0.2, 0.2. */
  readonly variances?: readonly number[];
  /** Whether boxes are cut at the picture's border. Default true. */
  readonly clip?: boolean;
  /** In front of the names of constants. Default "detection". */
  readonly prefix?: string;
}

/** Rows of detections: their name in the graph, and how many a picture has. */
export interface DetectedBoxes {
  /** Name of `[N, rows, 6]`. */
  readonly name: string;
  /** Rows of a picture. */
  readonly rows: number;
}

/**
 * Adds MultiBoxDetection of MXNet (src/operator/contrib/multibox_detection.cc) to a graph of operator set 13 or later:
 * rows `[class, score, x0, y0, x1, y1]` in 0-1, best first, with class -1 where another box of the class suppresses
 * one. The nmsTopK best over all classes go before suppression, and a box goes at an IoU of the threshold or more,
 * where ONNX's operator wants more. MXNet gives a row for every anchor, of which those behind the best nmsTopK hold
 * stale data; here they are left out.
 */
export function detectBoxes(
  graph: GraphBuilder,
  predictions: BoxPredictions,
  options: BoxDetectionOptions = {},
): DetectedBoxes {
  const { classes, anchors } = predictions;
  const count = anchors.length / 4;
  const parts = new Parts(graph, options.prefix ?? "detection");
  const threshold = Math.fround(options.threshold ?? 0.01);
  const nms = Math.fround(options.nmsThreshold ?? 0.5);
  const boxes = decode(parts, predictions.offsets, anchors, options);
  const objects = parts.slice(predictions.probabilities, 1, 1, classes + 1);
  // The first of equal ones wins, in both. The score by its place: ReduceMax takes its axes in two ways, by version.
  const bestClass = graph.node("ArgMax", [objects], { axis: 1, keepdims: 1, select_last_index: 0 });
  const id = graph.node("Squeeze", [bestClass, parts.integers("axes1", [1])]);
  const score = graph.node("Squeeze", [
    graph.node("GatherElements", [objects, bestClass], { axis: 1 }),
    parts.integers("axes1", [1]),
  ]);
  const kept = graph.node("GreaterOrEqual", [score, parts.scalar("threshold", threshold)]);
  const none = parts.scalar("none", -1);
  if (nms <= 0 || nms > 1) {
    // MXNet then leaves order and number alone.
    const ids = graph.node("Where", [kept, graph.node("Cast", [id], { to: FLOAT }), none]);
    return rows(parts, ids, score, boxes, count);
  }
  const asked = options.nmsTopK ?? -1;
  const most = asked > 0 ? Math.min(asked, count) : count;
  const ranked = graph.node("Where", [kept, score, none]);
  const [best, places] = graph.nodes("TopK", [ranked, parts.integers("topk", [most])], 2, {
    axis: 1,
    largest: 1,
    sorted: 1,
  }) as [string, string];
  const bestId = graph.node("GatherElements", [id, places], { axis: 1 });
  const bestScore = graph.node("GatherElements", [score, places], { axis: 1 });
  const places4 = graph.node("Concat", Array(4).fill(parts.unsqueeze(places, 2)), { axis: 2 });
  const bestBoxes = graph.node("GatherElements", [boxes, places4], { axis: 1 });
  const perClass =
    options.forceSuppress === true
      ? parts.unsqueeze(best, 1)
      : scoresByClass(parts, bestId, best, classes, none);
  const selected = graph.node("NonMaxSuppression", [
    bestBoxes,
    perClass,
    parts.constant("most", [], BigInt64Array.of(BigInt(most))),
    parts.scalar("iou", floatBelow(nms)),
    parts.scalar("least", floatBelow(threshold)),
  ]);
  // Of (picture, class, box) the class is known already.
  const [picture, box] = [parts.slice(selected, 1, 0, 1), parts.slice(selected, 1, 2, 3)];
  const where = graph.node("Concat", [picture, box], { axis: 1 });
  const zeros = graph.node("Mul", [best, parts.scalar("zero", 0)]);
  const boxPlace = graph.node("Squeeze", [box, parts.integers("axes1", [1])]);
  const ones = graph.node("Add", [graph.node("Cast", [boxPlace], { to: FLOAT }), parts.scalar("one", 1)]);
  const survives = graph.node("Greater", [
    graph.node("ScatterND", [zeros, where, ones]),
    parts.scalar("half", 0.5),
  ]);
  const ids = graph.node("Where", [survives, graph.node("Cast", [bestId], { to: FLOAT }), none]);
  return rows(parts, ids, bestScore, bestBoxes, most);
}

/** `TensorProto.FLOAT`. */
const FLOAT = 1;

/** Offsets by the anchors' sizes, as MXNet's TransformLocations. */
function decode(
  parts: Parts,
  offsets: string,
  anchors: Float32Array,
  { variances = [0.1, 0.1, 0.2, 0.2], clip = true }: BoxDetectionOptions,
): string {
  const { graph } = parts;
  const count = anchors.length / 4;
  const moved = graph.node("Reshape", [offsets, parts.integers("four", [0, count, 4])]);
  const [low, high]: [string[], string[]] = [[], []];
  for (const axis of [0, 1] as const) {
    const name = "xy"[axis]!;
    const size = new Float32Array(count);
    const centre = new Float32Array(count);
    for (let n = 0; n < count; n++) {
      const [from, to] = [anchors[4 * n + axis]!, anchors[4 * n + axis + 2]!];
      size[n] = to - from;
      centre[n] = Math.fround(from + to) * 0.5;
    }
    const sizes = parts.constant(`${name}-sizes`, [1, count, 1], size);
    const centres = parts.constant(`${name}-centres`, [1, count, 1], centre);
    const variance = (n: number) => parts.scalar(`variance${n}`, variances[n] ?? 0.1);
    const at = graph.node("Mul", [parts.slice(moved, 2, axis, axis + 1), variance(axis)]);
    const middle = graph.node("Add", [graph.node("Mul", [at, sizes]), centres]);
    const grown = graph.node("Mul", [parts.slice(moved, 2, axis + 2, axis + 3), variance(axis + 2)]);
    const stretched = graph.node("Mul", [graph.node("Exp", [grown]), sizes]);
    const half = graph.node("Mul", [stretched, parts.scalar("half", 0.5)]);
    low.push(graph.node("Sub", [middle, half]));
    high.push(graph.node("Add", [middle, half]));
  }
  const boxes = graph.node("Concat", [...low, ...high], { axis: 2 });
  if (!clip) return boxes;
  return graph.node("Clip", [boxes, parts.scalar("zero", 0), parts.scalar("one", 1)]);
}

/** `[N, classes, k]`: a box's score at its own class, and -1 at the others. */
function scoresByClass(parts: Parts, ids: string, scores: string, classes: number, none: string): string {
  const every = parts.constant(
    "classes",
    [1, classes, 1],
    BigInt64Array.from({ length: classes }, (_, n) => BigInt(n)),
  );
  const own = parts.graph.node("Equal", [parts.unsqueeze(ids, 1), every]);
  return parts.graph.node("Where", [own, parts.unsqueeze(scores, 1), none]);
}

function rows(parts: Parts, ids: string, scores: string, boxes: string, count: number): DetectedBoxes {
  const columns = [parts.unsqueeze(ids, 2), parts.unsqueeze(scores, 2), boxes];
  return { name: parts.graph.node("Concat", columns, { axis: 2 }), rows: count };
}

/** Constants under names of what they hold, each made once, and the operators that need them. */
class Parts {
  readonly #made = new Set<string>();

  constructor(
    readonly graph: GraphBuilder,
    readonly prefix: string,
  ) {}

  constant(part: string, dims: readonly number[], data: Float32Array | BigInt64Array): string {
    const name = `${this.prefix}/${part}`;
    if (!this.#made.has(name)) this.graph.initializer(name, dims, data);
    this.#made.add(name);
    return name;
  }

  scalar(part: string, value: number): string {
    return this.constant(part, [], new Float32Array([value]));
  }

  integers(part: string, values: readonly number[]): string {
    return this.constant(part, [values.length], BigInt64Array.from(values, BigInt));
  }

  slice(input: string, axis: number, start: number, end: number): string {
    const bounds = [start, end, axis].map((value) => this.integers(`bound${value}`, [value]));
    return this.graph.node("Slice", [input, ...bounds]);
  }

  unsqueeze(input: string, axis: number): string {
    return this.graph.node("Unsqueeze", [input, this.integers(`axes${axis}`, [axis])]);
  }
}

/** The greatest float32 below a positive one: `> below(x)` is `>= x`. */
function floatBelow(value: number): number {
  const bits = new Uint32Array(1);
  const float = new Float32Array(bits.buffer);
  float[0] = value;
  if (value > 0) bits[0]! -= 1;
  else if (value === 0) return -1.401298464324817e-45;
  else bits[0]! += 1;
  return float[0];
}

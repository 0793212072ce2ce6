import { BATCH, type Converter, type NodeContext } from "../graph.js";

/**
 * Boxes from class probabilities `[N, classes + 1, anchors]`, offsets `[N, anchors * 4]` and anchors
 * `[1, anchors, 4]`: rows `[class, score, x0, y0, x1, y1]` in 0-1, best first, with class -1 where another box of the
 * class suppresses one. MXNet's semantics (src/operator/contrib/multibox_detection.cc): the nms_topk best over all
 * classes go before suppression, and a box goes at an IoU of the threshold or more, where ONNX's operator wants more.
 * MXNet gives a row for every anchor, of which those behind the best nms_topk hold stale data; here they are left out.
 */
export const multiboxDetection: Converter = (context) => {
  const { settings } = context;
  const [probabilities, offsets, anchors] = [
    context.inputOf(0, 3),
    context.inputOf(1, 2),
    context.inputOf(2, 3),
  ];
  const [classes, count] = [probabilities.shape[1]! - 1, probabilities.shape[2]!];
  if (anchors.constant === undefined) throw context.unsupported("anchors that are computed");
  if (anchors.shape[1] !== count || offsets.shape[1] !== 4 * count) {
    throw context.unsupported(
      `${count} probabilities, ${offsets.shape[1]} offsets and ${anchors.shape[1]} anchors`,
    );
  }
  if (settings.integer("background_id", 0) !== 0) throw context.unsupported("a background_id other than 0");
  const threshold = Math.fround(settings.number("threshold", 0.01));
  const nms = Math.fround(settings.number("nms_threshold", 0.5));
  const boxes = decode(context, offsets.name, anchors.constant, count);
  // The first of equal ones wins, in both.
  const objects = slice(context, probabilities.name, 1, 1, classes + 1);
  const score = context.add("ReduceMax", [objects], { axes: [1], keepdims: 0 });
  const id = context.add("ArgMax", [objects], { axis: 1, keepdims: 0, select_last_index: 0 });
  const least = scalar(context, "threshold", threshold);
  const kept = context.add("GreaterOrEqual", [score, least]);
  const none = scalar(context, "none", -1);
  if (nms <= 0 || nms > 1) {
    // MXNet then leaves order and number alone.
    const ids = context.add("Where", [kept, context.add("Cast", [id], { to: FLOAT }), none]);
    return rows(context, ids, score, boxes, count);
  }
  const asked = settings.integer("nms_topk", -1);
  const most = asked > 0 ? Math.min(asked, count) : count;
  const ranked = context.add("Where", [kept, score, none]);
  const k = context.constant("topk", [1], BigInt64Array.of(BigInt(most)));
  const [best, places] = context.graph.nodes("TopK", [ranked, k], 2, { axis: 1, largest: 1, sorted: 1 });
  const bestId = context.add("GatherElements", [id, places!], { axis: 1 });
  const bestScore = context.add("GatherElements", [score, places!], { axis: 1 });
  const places4 = context.add("Concat", Array(4).fill(unsqueeze(context, places!, 2)), { axis: 2 });
  const bestBoxes = context.add("GatherElements", [boxes, places4], { axis: 1 });
  const force = settings.flag("force_suppress", false);
  const perClass = force ? unsqueeze(context, best!, 1) : scoresByClass(context, bestId, best!, classes);
  const selected = context.add("NonMaxSuppression", [
    bestBoxes,
    perClass,
    context.constant("most", [], BigInt64Array.of(BigInt(most))),
    scalar(context, "iou", floatBelow(nms)),
    scalar(context, "least", floatBelow(threshold)),
  ]);
  // Of (picture, class, box) the class is known already.
  const [picture, box] = [slice(context, selected, 1, 0, 1), slice(context, selected, 1, 2, 3)];
  const where = context.add("Concat", [picture, box], { axis: 1 });
  const zeros = context.add("Mul", [best!, scalar(context, "zero", 0)]);
  const ones = context.add("Add", [
    context.add("Cast", [context.add("Squeeze", [box, axes(context, [1])])], { to: FLOAT }),
    scalar(context, "one", 1),
  ]);
  const survives = context.add("Greater", [
    context.add("ScatterND", [zeros, where, ones]),
    scalar(context, "half", 0.5),
  ]);
  const ids = context.add("Where", [survives, context.add("Cast", [bestId], { to: FLOAT }), none]);
  return rows(context, ids, bestScore, bestBoxes, most);
};

/** `TensorProto.FLOAT`. */
const FLOAT = 1;

/** Offsets by the anchors' sizes, as MXNet's TransformLocations. */
function decode(context: NodeContext, offsets: string, anchors: Float32Array, count: number): string {
  const variances = context.settings.numbers("variances", [0.1, 0.1, 0.2, 0.2]);
  const side = (from: 0 | 1) => {
    const size = new Float32Array(count);
    const centre = new Float32Array(count);
    for (let n = 0; n < count; n++) {
      const [low, high] = [anchors[4 * n + from]!, anchors[4 * n + from + 2]!];
      size[n] = high - low;
      centre[n] = Math.fround(low + high) * 0.5;
    }
    return { size, centre };
  };
  const dims = context.constant("four", [3], BigInt64Array.of(0n, BigInt(count), 4n));
  const moved = context.add("Reshape", [offsets, dims]);
  const [low, high]: [string[], string[]] = [[], []];
  for (const axis of [0, 1] as const) {
    const name = "xy"[axis]!;
    const { size, centre } = side(axis);
    const sizes = context.constant(`${name}-sizes`, [1, count, 1], size);
    const centres = context.constant(`${name}-centres`, [1, count, 1], centre);
    const at = slice(context, moved, 2, axis, axis + 1);
    const grown = slice(context, moved, 2, axis + 2, axis + 3);
    const variance = (n: number) => scalar(context, `variance${n}`, variances[n] ?? 0.1);
    const middle = context.add("Add", [
      context.add("Mul", [context.add("Mul", [at, variance(axis)]), sizes]),
      centres,
    ]);
    const stretched = context.add("Exp", [context.add("Mul", [grown, variance(axis + 2)])]);
    const half = context.add("Mul", [
      context.add("Mul", [stretched, sizes]),
      scalar(context, `${name}-half`, 0.5),
    ]);
    low.push(context.add("Sub", [middle, half]));
    high.push(context.add("Add", [middle, half]));
  }
  const boxes = context.add("Concat", [...low, ...high], { axis: 2 });
  if (!context.settings.flag("clip", true)) return boxes;
  return context.add("Clip", [boxes, scalar(context, "clip-low", 0), scalar(context, "clip-high", 1)]);
}

/** `[N, classes, k]`: a box's score at its own class, and -1 at the others. */
function scoresByClass(context: NodeContext, ids: string, scores: string, classes: number): string {
  const every = context.constant(
    "classes",
    [1, classes, 1],
    BigInt64Array.from({ length: classes }, (_, n) => BigInt(n)),
  );
  const own = context.add("Equal", [unsqueeze(context, ids, 1), every]);
  return context.add("Where", [own, unsqueeze(context, scores, 1), scalar(context, "other-class", -1)]);
}

function rows(context: NodeContext, ids: string, scores: string, boxes: string, count: number) {
  const columns = [unsqueeze(context, ids, 2), unsqueeze(context, scores, 2), boxes];
  return { name: context.add("Concat", columns, { axis: 2 }), shape: [BATCH, count, 6] };
}

function scalar(context: NodeContext, part: string, value: number): string {
  return context.constant(part, [], new Float32Array([value]));
}

/** Constants of axes and bounds are small and many: one each, under a name of what they hold. */
function axes(context: NodeContext, values: readonly number[]): string {
  return shared(context, `axes${values.join("-")}`, values);
}

function slice(context: NodeContext, input: string, axis: number, start: number, end: number): string {
  const bounds = [start, end, axis].map((value) => shared(context, `bound${value}`, [value]));
  return context.add("Slice", [input, ...bounds]);
}

function unsqueeze(context: NodeContext, input: string, axis: number): string {
  return context.add("Unsqueeze", [input, axes(context, [axis])]);
}

const made = new WeakMap<NodeContext, Map<string, string>>();

function shared(context: NodeContext, part: string, values: readonly number[]): string {
  const known = made.get(context) ?? new Map<string, string>();
  made.set(context, known);
  let name = known.get(part);
  if (name === undefined) {
    name = context.constant(part, [values.length], BigInt64Array.from(values, BigInt));
    known.set(part, name);
  }
  return name;
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

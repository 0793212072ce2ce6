import { BATCH, type Converter, elements, type NodeContext, type Value } from "../graph.js";

export const flatten: Converter = (context) => {
  const input = context.input(0);
  const rest = elements(input.shape.slice(1));
  if (input.constant !== undefined) return folded(context, [input.shape[0]!, rest], input.constant);
  const name = context.add("Flatten", [input.name], { axis: 1 });
  return { name, shape: [input.shape[0]!, rest] };
};

/** Anchors are constants, and stay so through what SSD's graphs do with them. */
function folded(context: NodeContext, shape: readonly number[], constant: Float32Array): Value {
  return { name: context.constant("folded", shape, constant), shape, constant };
}

/** Target sizes as MXNet writes them: 0 keeps a size, -1 is what is left. -2 to -4 are resolved before. */
export const reshape: Converter = (context) => {
  const { settings } = context;
  const input = context.input(0);
  if (settings.flag("reverse", false)) throw context.unsupported("reverse=True");
  const target = resolve(settings.integers("shape", []), input.shape);
  if (target === undefined) {
    throw context.unsupported(`shape (${settings.text("shape", "")}) for [${input.shape.join(", ")}]`);
  }
  if (input.constant !== undefined) return folded(context, target, input.constant);
  // The batch can be any: it stays where it is, as 0, or is what is left.
  const dims = target.map((size, axis) =>
    size === BATCH && axis === 0 && input.shape[0] === BATCH ? 0 : size,
  );
  const shape = context.constant("shape", [dims.length], BigInt64Array.from(dims, BigInt));
  return { name: context.add("Reshape", [input.name, shape]), shape: target };
};

/** MXNet's codes (docs of `reshape`) as sizes; undefined where they do not fit, or need the batch's size. */
function resolve(codes: readonly number[], shape: readonly number[]): number[] | undefined {
  const sizes: number[] = [];
  let at = 0;
  let rest: number | undefined;
  for (let n = 0; n < codes.length; n++) {
    const code = codes[n]!;
    if (code > 0) {
      sizes.push(code);
      at++;
    } else if (code === 0) {
      if (shape[at] === undefined) return undefined;
      sizes.push(shape[at++]!);
    } else if (code === -1) {
      if (rest !== undefined) return undefined;
      rest = sizes.length;
      sizes.push(1);
      at++;
    } else if (code === -2) {
      sizes.push(...shape.slice(at));
      at = shape.length;
    } else if (code === -3) {
      const [a, b] = [shape[at], shape[at + 1]];
      if (a === undefined || b === undefined || a === BATCH || b === BATCH) return undefined;
      sizes.push(a * b);
      at += 2;
    } else if (code === -4) {
      const whole = shape[at++];
      let [first, second] = [codes[n + 1], codes[n + 2]];
      if (whole === undefined || whole === BATCH || first === undefined || second === undefined)
        return undefined;
      if (first === -1) first = whole / second;
      if (second === -1) second = whole / first;
      sizes.push(first, second);
      n += 2;
    } else return undefined;
  }
  const batches = sizes.filter((size) => size === BATCH).length;
  const wanted = shape.filter((size) => size === BATCH).length;
  const [given, made] = [elements(shape), elements(sizes)];
  if (rest !== undefined) {
    if (batches === wanted) sizes[rest] = given / made;
    else if (wanted === 1 && batches === 0 && given === made) sizes[rest] = BATCH;
    else return undefined;
  } else if (batches !== wanted || given !== made) return undefined;
  return sizes.every((size) => size === BATCH || (Number.isInteger(size) && size > 0)) ? sizes : undefined;
}

export const transpose: Converter = (context) => {
  const input = context.input(0);
  const reversed = input.shape.map((_, axis) => axis).reverse();
  const axes = context.settings.integers("axes", reversed);
  const order = axes.length === 0 ? reversed : axes;
  if ([...order].sort((a, b) => a - b).some((axis, n) => axis !== n) || order.length !== input.shape.length) {
    throw context.unsupported(`axes (${order.join(", ")})`);
  }
  const name = context.add("Transpose", [input.name], { perm: order });
  return { name, shape: order.map((axis) => input.shape[axis]!) };
};

export const concat: Converter = (context) => {
  const first = context.input(0);
  const dimensions = first.shape.length;
  const dim = context.settings.integer("dim", 1);
  const axis = dim < 0 ? dim + dimensions : dim;
  const sizes = context.inputs.map(({ shape }) => shape[axis] ?? BATCH);
  if (sizes.includes(BATCH)) throw context.unsupported(`dim ${dim}`);
  const joined = sizes.reduce((sum, size) => sum + size, 0);
  const shape = first.shape.map((size, n) => (n === axis ? joined : size));
  const parts = context.inputs.map(({ constant }) => constant).filter((part) => part !== undefined);
  if (parts.length === sizes.length && shape.slice(0, axis).every((size) => size === 1)) {
    const data = new Float32Array(elements(shape));
    let at = 0;
    for (const part of parts) {
      data.set(part, at);
      at += part.length;
    }
    return folded(context, shape, data);
  }
  const names = context.inputs.map((input) => input.name);
  return { name: context.add("Concat", names, { axis }), shape };
};

/** Mean over axes; over all but the batch it is what Gluon writes for global pooling. */
export const mean: Converter = (context) => {
  const { settings } = context;
  const input = context.input(0);
  if (settings.flag("exclude", false)) throw context.unsupported("exclude=True");
  const all = input.shape.map((_, axis) => axis);
  const axes = settings.integers("axis", all).map((axis) => (axis < 0 ? axis + all.length : axis));
  const over = axes.length === 0 ? all : axes;
  const keepdims = settings.flag("keepdims", false);
  const name = context.add("ReduceMean", [input.name], { axes: over, keepdims: keepdims ? 1 : 0 });
  const kept = input.shape.map((size, axis) => (over.includes(axis) ? (keepdims ? 1 : undefined) : size));
  return { name, shape: kept.filter((size) => size !== undefined) };
};

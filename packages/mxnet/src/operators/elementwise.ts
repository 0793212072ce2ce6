import { float } from "@sightline/onnx";
import { BATCH, type Converter, type NodeContext } from "../graph.js";

/** An operator that keeps the shape and has the same meaning in ONNX. */
export const unary =
  (opType: string): Converter =>
  (context) => {
    const input = context.input(0);
    return { name: context.add(opType, [input.name]), shape: input.shape };
  };

/** What does nothing in inference. */
export const identity: Converter = (context) => context.input(0);

export const activation: Converter = (context) => {
  const kind = context.settings.text("act_type", "");
  const opType = {
    relu: "Relu",
    sigmoid: "Sigmoid",
    tanh: "Tanh",
    softrelu: "Softplus",
    softsign: "Softsign",
  }[kind];
  if (opType === undefined) throw context.unsupported(`act_type ${kind}`);
  return unary(opType)(context);
};

export const leakyRelu: Converter = (context) => {
  const { settings } = context;
  const input = context.input(0);
  const kind = settings.text("act_type", "leaky");
  const slope = { alpha: float(settings.number("slope", 0.25)) };
  if (kind === "leaky") return { name: context.add("LeakyRelu", [input.name], slope), shape: input.shape };
  if (kind === "elu") return { name: context.add("Elu", [input.name], slope), shape: input.shape };
  if (kind === "selu") return unary("Selu")(context);
  if (kind === "prelu") {
    const gamma = context.weights(1);
    const dims = [gamma.constant.length, ...input.shape.slice(2).map(() => 1)];
    const slopes = context.constant("slopes", dims, gamma.constant);
    return { name: context.add("PRelu", [input.name, slopes]), shape: input.shape };
  }
  throw context.unsupported(`act_type ${kind}`);
};

/** Two values of the same shape, or of shapes that NumPy broadcasts. */
export const binary =
  (opType: string): Converter =>
  (context) => {
    const [a, b] = [context.input(0), context.input(1)];
    return { name: context.add(opType, [a.name, b.name]), shape: broadcast(context, a.shape, b.shape) };
  };

/** A value and the setting `scalar`; `reversed`: the scalar comes first. */
export const withScalar =
  (opType: string, reversed = false): Converter =>
  (context) => {
    const input = context.input(0);
    const scalar = context.constant("scalar", [], new Float32Array([context.settings.number("scalar", 0)]));
    const names = reversed ? [scalar, input.name] : [input.name, scalar];
    return { name: context.add(opType, names), shape: input.shape };
  };

export const clip: Converter = (context) => {
  const input = context.input(0);
  const bound = (name: string, otherwise: number) =>
    context.constant(name, [], new Float32Array([context.settings.number(name, otherwise)]));
  const names = [
    input.name,
    bound("a_min", Number.NEGATIVE_INFINITY),
    bound("a_max", Number.POSITIVE_INFINITY),
  ];
  return { name: context.add("Clip", names), shape: input.shape };
};

function broadcast(context: NodeContext, a: readonly number[], b: readonly number[]): number[] {
  const length = Math.max(a.length, b.length);
  return Array.from({ length }, (_, axis) => {
    const x = a[axis - (length - a.length)] ?? 1;
    const y = b[axis - (length - b.length)] ?? 1;
    if (x === y || y === 1) return x;
    if (x === 1) return y;
    // A batch meets the one of a constant only.
    if (x === BATCH || y === BATCH) return BATCH;
    throw context.unsupported(`shapes [${a.join(", ")}] and [${b.join(", ")}], which do not fit together`);
  });
}

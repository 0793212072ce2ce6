import { float } from "@sightline/onnx";
import { BATCH, type Converter, elements } from "../graph.js";

/** Pads before and behind, as ONNX lists them: all beginnings, then all ends. */
const symmetric = (pad: readonly number[]) => [...pad, ...pad];

export const convolution: Converter = (context) => {
  const { settings } = context;
  const input = context.input(0);
  const weight = context.weights(1);
  const layout = settings.text("layout", "None");
  if (!["None", "NCHW", "NCW", "NCDHW"].includes(layout)) throw context.unsupported(`layout ${layout}`);
  const kernel = settings.integers("kernel", []);
  const sides = kernel.length;
  if (input.shape.length !== sides + 2) throw context.unsupported(`a kernel of ${sides} sides for its input`);
  const stride = settings.integers("stride", Array(sides).fill(1));
  const dilate = settings.integers("dilate", Array(sides).fill(1));
  const pad = settings.integers("pad", Array(sides).fill(0));
  const filters = settings.integer("num_filter", weight.shape[0]!);
  const bias = settings.flag("no_bias", false) ? [] : [context.weights(2).name];
  const name = context.add("Conv", [input.name, weight.name, ...bias], {
    kernel_shape: kernel,
    strides: stride,
    dilations: dilate,
    pads: symmetric(pad),
    group: settings.integer("num_group", 1),
  });
  const sizes = kernel.map((size, side) => {
    const covered = dilate[side]! * (size - 1) + 1;
    return Math.floor((input.shape[side + 2]! + 2 * pad[side]! - covered) / stride[side]!) + 1;
  });
  if (sizes.some((size) => !(size > 0))) throw context.unsupported("a kernel larger than its input");
  return { name, shape: [input.shape[0]!, filters, ...sizes] };
};

/** In inference: (x - moving mean) / sqrt(moving variance + eps) * gamma + beta. */
export const batchNorm: Converter = (context) => {
  const { settings } = context;
  const input = context.input(0);
  if (settings.integer("axis", 1) !== 1) throw context.unsupported("an axis other than 1");
  let gamma = context.weights(1);
  // The default, and then gamma counts as 1 whatever is stored.
  if (settings.flag("fix_gamma", true)) {
    const constant = new Float32Array(gamma.constant.length).fill(1);
    gamma = { name: context.constant("gamma", gamma.shape, constant), shape: gamma.shape, constant };
  }
  const states = [gamma, context.weights(2), context.weights(3), context.weights(4)];
  const name = context.add("BatchNormalization", [input.name, ...states.map((state) => state.name)], {
    epsilon: float(settings.number("eps", 1e-3)),
  });
  return { name, shape: input.shape };
};

/** `softmax(x W^T + b)`'s inner part; the input is flattened unless told otherwise. */
export const fullyConnected: Converter = (context) => {
  const { settings } = context;
  const input = context.input(0);
  const weight = context.weights(1);
  const units = weight.shape[0]!;
  const bias = settings.flag("no_bias", false) ? [] : [context.weights(2).name];
  if (!settings.flag("flatten", true) && input.shape.length !== 2) {
    throw context.unsupported("flatten=False on more than two dimensions");
  }
  if (elements(input.shape) !== weight.shape[1]) {
    throw context.unsupported(
      `weights for ${weight.shape[1]} values, where its input has ${elements(input.shape)}`,
    );
  }
  const flat = context.add("Flatten", [input.name], { axis: 1 });
  const name = context.add("Gemm", [flat, weight.name, ...bias], { transB: 1 });
  return { name, shape: [input.shape[0] ?? BATCH, units] };
};

/** x / sqrt(sum of squares + eps), with eps inside of the root, which ONNX's LpNormalization lacks. */
export const l2Normalization: Converter = (context) => {
  const input = context.input(0);
  const mode = context.settings.text("mode", "instance");
  const all = input.shape.map((_, axis) => axis).slice(1);
  const axes = { instance: all, channel: [1], spatial: all.slice(1) }[mode];
  if (axes === undefined) throw context.unsupported(`mode ${mode}`);
  const squares = context.add("Mul", [input.name, input.name]);
  const axesName = context.constant("axes", [axes.length], BigInt64Array.from(axes, BigInt));
  const sum = context.add("ReduceSum", [squares, axesName], { keepdims: 1 });
  const eps = context.constant("eps", [], new Float32Array([context.settings.number("eps", 1e-10)]));
  const root = context.add("Sqrt", [context.add("Add", [sum, eps])]);
  return { name: context.add("Div", [input.name, root]), shape: input.shape };
};

/** Local response normalization; the same formula in both, under other names. */
export const localResponse: Converter = (context) => {
  const { settings } = context;
  const input = context.input(0);
  const name = context.add("LRN", [input.name], {
    size: settings.integer("nsize", 5),
    alpha: float(settings.number("alpha", 1e-4)),
    beta: float(settings.number("beta", 0.75)),
    bias: float(settings.number("knorm", 2)),
  });
  return { name, shape: input.shape };
};

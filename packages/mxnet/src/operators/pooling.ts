import type { Converter, NodeContext, Value } from "../graph.js";

/** Pooling over windows, or over all of a channel. */
export const pooling: Converter = (context) => {
  const { settings } = context;
  const input = context.input(0);
  const kind = settings.text("pool_type", "max");
  if (kind !== "max" && kind !== "avg") throw context.unsupported(`pool_type ${kind}`);
  const layout = settings.text("layout", "None");
  if (!["None", "NCHW", "NCW", "NCDHW"].includes(layout)) throw context.unsupported(`layout ${layout}`);
  if (settings.flag("global_pool", false)) {
    const name = context.add(kind === "max" ? "GlobalMaxPool" : "GlobalAveragePool", [input.name]);
    return { name, shape: [...input.shape.slice(0, 2), ...input.shape.slice(2).map(() => 1)] };
  }
  const windows = windowsOf(context, input);
  const shape = [...input.shape.slice(0, 2), ...windows.map(({ count }) => count)];
  const common = {
    kernel_shape: windows.map(({ kernel }) => kernel),
    strides: windows.map(({ stride }) => stride),
    pads: [...windows.map(({ pad }) => pad), ...windows.map(({ pad, beyond }) => pad + beyond)],
  };
  if (kind === "max") return { name: context.add("MaxPool", [input.name], common), shape };
  const withPads = settings.flag("count_include_pad", true);
  const name = context.add("AveragePool", [input.name], { ...common, count_include_pad: withPads ? 1 : 0 });
  if (!withPads || windows.every(({ beyond }) => beyond === 0)) return { name, shape };
  // MXNet counts its own pads, but not what a window of convention "full" covers beyond them.
  const factors = windows.map(shares);
  const scale = new Float32Array(shape.slice(2).reduce((product, count) => product * count, 1));
  scale.fill(1);
  let inner = scale.length;
  for (const [side, factor] of factors.entries()) {
    const count = windows[side]!.count;
    inner /= count;
    for (let at = 0; at < scale.length; at++) scale[at]! *= factor[Math.floor(at / inner) % count]!;
  }
  const scaleName = context.constant("counted", [1, 1, ...shape.slice(2)], scale);
  return { name: context.add("Mul", [name, scaleName]), shape };
};

/** The windows along one side. */
interface Windows {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
  readonly count: number;
  /** Pixels that the last window covers beyond the pad. */
  readonly beyond: number;
}

function windowsOf({ settings }: NodeContext, input: Value): Windows[] {
  const convention = settings.text("pooling_convention", "valid");
  if (convention !== "valid" && convention !== "full") throw settings.unsupported(`convention ${convention}`);
  const kernel = settings.integers("kernel", []);
  if (kernel.length !== input.shape.length - 2)
    throw settings.unsupported("a kernel of other sides than its input");
  const stride = settings.integers(
    "stride",
    kernel.map(() => 1),
  );
  const pad = settings.integers(
    "pad",
    kernel.map(() => 0),
  );
  return kernel.map((length, side) => {
    const size = input.shape[side + 2]!;
    const step = stride[side]!;
    const around = pad[side]!;
    const steps = (size + 2 * around - length) / step;
    const count = 1 + (convention === "full" ? Math.ceil(steps) : Math.floor(steps));
    if (!(count > 0)) throw settings.unsupported("a kernel larger than its input");
    const beyond = Math.max(0, (count - 1) * step + length - (size + 2 * around));
    return { size, kernel: length, stride: step, pad: around, count, beyond };
  });
}

/** For each window of a side: the kernel over what MXNet counts of it. */
function shares({ size, kernel, stride, pad, count }: Windows): number[] {
  return Array.from({ length: count }, (_, n) => {
    const start = n * stride - pad;
    return kernel / (Math.min(start + kernel, size + pad) - start);
  });
}

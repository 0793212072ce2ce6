import { type Converter, elements, type NodeContext, type Value } from "../graph.js";

/** `SoftmaxOutput`: in inference its label counts for nothing. */
export const softmaxOutput: Converter = (context) => {
  const { settings } = context;
  const input = context.input(0);
  if (settings.flag("multi_output", false)) return along(context, input, 1);
  if (settings.flag("preserve_shape", false)) return along(context, input, input.shape.length - 1);
  return overRest(context, input);
};

/** `SoftmaxActivation`: over all of a picture, or over its channels. */
export const softmaxActivation: Converter = (context) => {
  const mode = context.settings.text("mode", "instance");
  if (mode === "channel") return along(context, context.input(0), 1);
  if (mode === "instance") return overRest(context, context.input(0));
  throw context.unsupported(`mode ${mode}`);
};

/** `softmax` along an axis. */
export const softmax: Converter = (context) => {
  const { settings } = context;
  const input = context.input(0);
  if (settings.number("temperature", 1) !== 1) throw context.unsupported("a temperature");
  if (settings.flag("use_length", false)) throw context.unsupported("use_length=True");
  return along(context, input, settings.integer("axis", -1));
};

function along(context: NodeContext, input: Value, axis: number): Value {
  return { name: context.add("Softmax", [input.name], { axis }), shape: input.shape };
}

/** Over everything behind the batch, which most often is one axis. */
function overRest(context: NodeContext, input: Value): Value {
  if (input.shape.length === 2) return along(context, input, 1);
  const flat = context.add("Flatten", [input.name], { axis: 1 });
  const probabilities = context.add("Softmax", [flat], { axis: 1 });
  const dims = [0, ...input.shape.slice(1)];
  if (elements(input.shape.slice(1)) < 1) throw context.unsupported("an empty input");
  const shape = context.constant("shape", [dims.length], BigInt64Array.from(dims, BigInt));
  return { name: context.add("Reshape", [probabilities, shape]), shape: input.shape };
}

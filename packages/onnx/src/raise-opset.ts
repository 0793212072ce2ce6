import type { ElemType } from "./elem-type.js";
import { InvalidGraphError } from "./errors.js";
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor } from "./model.js";
import { type TensorData, tensor } from "./tensor.js";

/** The version that models are raised to: the last before axes of reductions become inputs. */
const TARGET = 13;

/** Operators whose form is the same from version 7 to 13, for inference. */
const UNCHANGED = new Set(
  `Abs Add And ArgMax ArgMin AveragePool Cast Ceil Concat Constant ConstantOfShape Conv ConvTranspose
  DepthToSpace Div Elu Equal Erf Exp Expand Flatten Floor Gather Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool
  Greater HardSigmoid Identity InstanceNormalization LRN LeakyRelu Less Log LpNormalization MatMul Max MaxPool Mean
  Min Mul Neg Not Or PRelu Pow Reciprocal ReduceL1 ReduceL2 ReduceMax ReduceMean ReduceMin ReduceProd Relu Reshape
  Selu Shape Sigmoid Softplus Softsign SpaceToDepth Split Sqrt Sub Sum Tanh Tile Transpose Where`.split(
    /\s+/,
  ),
);

/** Inputs that stand in place of attributes since some version, in their order. */
const AXES_TO_INPUT = new Set(["Squeeze", "Unsqueeze", "ReduceSum"]);

/**
 * Brings a model of ONNX's operator sets 7 to 12 to 13, so that newer operators can be put behind it, for inference. A
 * model of version 13 or later stays as it is.
 *
 * @throws InvalidGraphError that names the first operator that is not known to mean the same in both, and its node
 */
export function raiseOpset(model: OnnxModel): OnnxModel {
  const version = model.opsets[""] ?? 1;
  if (version >= TARGET) return model;
  if (version < 7) {
    throw new InvalidGraphError(
      `The model uses version ${version} of ONNX's operators; from 7 on they can be raised to ${TARGET}. Convert it.`,
    );
  }
  const initializers: OnnxTensor[] = [...model.graph.initializers];
  const weights = new Set(initializers.map(({ name }) => name));
  const other = model.graph.inputs.find((input) => !weights.has(input.name) && input.elemType !== "float32");
  const raise = raiser(version, other?.elemType, (constant) => {
    initializers.push(constant);
  });
  const nodes = model.graph.nodes.map((node, index) => (node.domain === "" ? raise(node, index) : node));
  return {
    ...model,
    // Constants that are no inputs came with IR version 4; 13 wants 7.
    irVersion: Math.max(model.irVersion, 7),
    opsets: { ...model.opsets, "": TARGET },
    graph: { ...model.graph, nodes, initializers },
  };
}

/** @param otherType of an input of the graph that is not float32, as the constants are that bounds become */
function raiser(version: number, otherType: ElemType | undefined, add: (constant: OnnxTensor) => void) {
  return (node: OnnxNode, index: number): OnnxNode => {
    const { opType, attributes } = node;
    const find = (name: string) => attributes.find((attribute) => attribute.name === name);
    const without = (...names: string[]) => attributes.filter(({ name }) => !names.includes(name));
    const constant = (part: string, dims: readonly number[], data: TensorData): string => {
      const name = `raised/${index}/${part}`;
      add(tensor(name, dims, data));
      return name;
    };
    const integers = (part: string, values: readonly number[]) =>
      constant(part, [values.length], BigInt64Array.from(values, BigInt));
    const refuse = (why: string): never => {
      throw new InvalidGraphError(
        `Operator ${opType} of node "${node.name}" ${why} from version ${version} to ${TARGET}. Convert the model to ${TARGET} or later.`,
      );
    };
    const bound = (part: string, value: number): string => {
      if (otherType !== undefined) refuse(`in a graph with an input of ${otherType} cannot be raised`);
      return constant(part, [], Float32Array.of(value));
    };
    if (UNCHANGED.has(opType)) {
      return opType === "Split" && find("split") ? refuse("cannot be raised") : node;
    }
    if (opType === "Dropout") {
      // From version 12 on the ratio and the mode are inputs.
      const [inputs, outputs] = [node.inputs.slice(0, 1), node.outputs.slice(0, 1)];
      return { ...node, opType: "Identity", inputs, outputs, attributes: [] };
    }
    if (opType === "BatchNormalization") {
      if (number(find("spatial"), 1) !== 1) refuse("with spatial = 0 cannot be raised");
      return { ...node, outputs: node.outputs.slice(0, 1), attributes: without("spatial") };
    }
    if (opType === "Clip" && version < 11) {
      const bounds = (["min", "max"] as const).map((name) => {
        const attribute = find(name);
        return attribute ? bound(name, number(attribute, 0)) : "";
      });
      return { ...node, inputs: [...node.inputs, ...bounds], attributes: [] };
    }
    if (AXES_TO_INPUT.has(opType)) {
      const axes = find("axes");
      const inputs = axes ? [...node.inputs, integers("axes", numbers(axes))] : node.inputs;
      return { ...node, inputs, attributes: without("axes") };
    }
    if (opType === "Slice" && version < 10) {
      const [starts, ends] = [numbers(find("starts")), numbers(find("ends"))];
      const axes = find("axes") ? numbers(find("axes")) : starts.map((_, axis) => axis);
      const parts = { starts, ends, axes };
      const names = Object.entries(parts).map(([part, values]) => integers(part, values));
      return { ...node, inputs: [...node.inputs, ...names], attributes: [] };
    }
    if (opType === "Pad" && version < 11) {
      const pads = integers("pads", numbers(find("pads")));
      const value = bound("value", number(find("value"), 0));
      return { ...node, inputs: [...node.inputs, pads, value], attributes: without("pads", "value") };
    }
    if (opType === "Clip" || opType === "Slice" || opType === "Pad") return node;
    return refuse("is not known to mean the same");
  };
}

function number(attribute: OnnxAttribute | undefined, otherwise: number): number {
  if (attribute?.type === "float" || attribute?.type === "int") return Number(attribute.value);
  return otherwise;
}

function numbers(attribute: OnnxAttribute | undefined): number[] {
  return attribute?.type === "ints" ? attribute.value.map(Number) : [];
}

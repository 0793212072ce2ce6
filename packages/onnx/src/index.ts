// Reading and writing model files
export { describeModel, type ModelDescription, readMetadata } from "./describe-model.js";
export { type ReadModelOptions, readModel } from "./read-model.js";
export { writeModel } from "./write-model.js";

// Building graphs and putting them together
export { type AppendGraphOptions, appendGraph, pruneGraph } from "./append-graph.js";
export { type AttributeInput, float, floats } from "./attribute-input.js";
export {
  type GraphBuilder,
  type GraphBuilderOptions,
  graphBuilder,
  type NodeOptions,
} from "./graph-builder.js";
export { raiseOpset } from "./raise-opset.js";

// What a model is made of
export type {
  AttributeValue,
  Dimension,
  OnnxAttribute,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValue,
  OpaqueFields,
} from "./model.js";

// Tensors
export type { ElemType } from "./elem-type.js";
export { float16ToNumber, fromFloat16Array, numberToFloat16, toFloat16Array } from "./float16.js";
export { type TensorData, type TensorElements, tensor, tensorNumbers } from "./tensor.js";

// Errors
export { InvalidGraphError, MalformedModelError, OnnxError } from "./errors.js";

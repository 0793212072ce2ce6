// What SageMaker's built-in algorithms leave behind
export { type BuiltInModel, convertBuiltIn } from "./built-in.js";
export { readLabels, type ServedModelOptions, writeServedModel } from "./write-served-model.js";

// Files of MXNet
export { type NDArray, type NDArrayType, type Params, readParams } from "./params.js";
export { type MxnetSymbol, readSymbol, type SymbolEntry, type SymbolNode } from "./symbol.js";

// Converting a network
export { type ConvertOptions, convertModel } from "./convert.js";

// The parts of an SSD, for graphs of one's own
export {
  type BoxDetectionOptions,
  type BoxPredictions,
  type DetectedBoxes,
  detectBoxes,
} from "./ssd/detect-boxes.js";
export { type PriorSettings, priors } from "./ssd/multibox-prior.js";

// Errors
export { MalformedMxnetError, MxnetError, UnsupportedOperatorError } from "./errors.js";

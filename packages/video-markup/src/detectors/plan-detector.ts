import type { DecodeSettings } from "./candidates.js";
import {
  type DecodeContext,
  type Detector,
  type DetectorLayout,
  type DetectorOptions,
  detectorLayouts,
  type ModelDescription,
} from "./detector.js";
import type { InputDtype, InputSpec } from "./input-spec.js";
import { DetectorLayoutError } from "./layout-error.js";
import { layoutDefinitions } from "./layouts/index.js";
import { type BoundLayout, type LayoutDefinition, plain } from "./layouts/layout-definition.js";
import { yoloInputSize, yoloPreprocessing } from "./layouts/yolo-shapes.js";
import { describeTensors, layoutMismatch, type ModelView, viewModel, wrongValues } from "./model-view.js";
import { checkPreprocessing } from "./preprocessing-options.js";
import { requireRanges } from "./sense.js";

/** Defaults of {@link DetectorOptions}: those of `yolo predict`, but for the IoU, which is YOLOv5's and YOLOX's. */
export const detectorDefaults = { confidence: 0.25, iou: 0.45, maxDetections: 300 } as const;

/**
 * Plans how a model's picture is prepared and its answer is read.
 *
 * The layout is the one asked for, else the one that metadata, names and shapes prove; a shape that several
 * families share is not enough. `decode` refuses values that the layout cannot have: it looks at all scores of
 * the first frame, and at every box over the threshold. The preprocessing is the family's published one;
 * `options.input` overrides parts of it.
 *
 * @param model From `describeModel` of @sightline/onnx.
 * @throws DetectorLayoutError when no layout fits, or the outputs do not fit the layout asked for.
 * @throws RangeError when a threshold is not from 0 to 1, or a class to keep is unknown.
 * @example
 * const detector = planDetector(describeModel(await readFile("yolox_nano.onnx")), { confidence: 0.4 });
 * const geometry = frameGeometry({ width: 1280, height: 720 }, detector.input);
 */
export function planDetector(model: ModelDescription, options: DetectorOptions = {}): Detector {
  const view = viewModel(model);
  const definition = options.decoder ? undefined : chooseLayout(view, options.layout);
  const bound = definition?.bind(view);
  if (definition && !bound) throw layoutMismatch(view, definition.layout, definition.expects);
  const classNames = options.classNames ?? view.classNames ?? bound?.defaultNames ?? [];
  const settings: DecodeSettings = {
    confidence: unit("confidence", options.confidence ?? detectorDefaults.confidence),
    iou: unit("iou", options.iou ?? detectorDefaults.iou),
    maxDetections: wholeFrom1("maxDetections", options.maxDetections ?? detectorDefaults.maxDetections),
    classNames,
    keepClasses: classFilter(options.classes, classNames),
  };
  const input = planInput(view, definition, options);
  const common = { input, classNames, confidence: settings.confidence, iou: settings.iou };
  if (!definition || !bound) return customDetector(view, options.decoder!, common);
  const refuse = (output: string, found: string) => wrongValues(view, definition, output, found);
  let rangesSeen = false;
  return {
    ...common,
    layout: definition.layout,
    outputNames: bound.outputNames,
    ...(bound.extraInputs ? { extraInputs: bound.extraInputs } : {}),
    decode: (outputs, geometry, batchIndex = 0) => {
      requireOutputs(outputs, bound, view, definition.layout);
      if (!rangesSeen) requireRanges(bound.ranges ?? [], outputs, batchIndex, refuse);
      rangesSeen = true;
      return bound.decode({ outputs, geometry, settings, batchIndex, refuse });
    },
  };
}

function chooseLayout(view: ModelView, asked: DetectorLayout | undefined): LayoutDefinition {
  if (asked !== undefined) {
    const definition = layoutDefinitions.find(({ layout }) => layout === asked);
    if (definition) return definition;
    throw new DetectorLayoutError(
      `"${asked}" is no known layout. Known layouts: ${detectorLayouts.join(", ")}.`,
      { seen: describeTensors(view.model), known: detectorLayouts },
    );
  }
  const found = layoutDefinitions.find((definition) => definition.recognises(view));
  if (found) return found;
  const seen = describeTensors(view.model);
  const possible = layoutDefinitions.filter(({ mayBe }) => mayBe?.(view)).map(({ layout }) => layout);
  throw new DetectorLayoutError(
    possible.length > 0
      ? `The model's shapes could be those of ${possible.join(" or ")}, but its names do not tell. Seen: ${seen}. Name the layout, or pass a decoder of your own.`
      : `The model's outputs fit no known detector. Seen: ${seen}. Known layouts: ${detectorLayouts.join(", ")}. ` +
          "Name the layout if it is one of these, or pass a decoder of your own.",
    { seen, known: possible.length > 0 ? possible : detectorLayouts },
  );
}

function planInput(
  view: ModelView,
  definition: LayoutDefinition | undefined,
  options: DetectorOptions,
): InputSpec {
  const preprocessing = definition?.preprocessing ?? yoloPreprocessing;
  const free = options.inputSize ?? definition?.inputSize(view, options.source) ?? yoloInputSize(view);
  const dtype = pictureDtype(view);
  return {
    ...preprocessing,
    ...integerScaling(dtype),
    name: view.picture.name,
    width: view.width ?? free.width,
    height: view.height ?? free.height,
    dtype,
    layout: view.pictureLayout,
    batch: definition?.singleFrame ? 1 : view.batch,
    ...(options.input === undefined ? {} : checkPreprocessing(options.input, view)),
  };
}

/** Integer inputs carry the pixel itself: quantisation has taken the family's scaling into the model. */
function integerScaling(dtype: InputDtype): Partial<InputSpec> {
  if (dtype === "uint8") return { scale: 1, ...plain };
  // Zero point -128: the byte moved into the signed range.
  if (dtype === "int8") return { scale: 1, mean: [128, 128, 128], std: [1, 1, 1] };
  return {};
}

function pictureDtype(view: ModelView): InputDtype {
  const { elemType, name } = view.picture;
  if (elemType === "float32" || elemType === "float16" || elemType === "uint8" || elemType === "int8") {
    return elemType;
  }
  throw new DetectorLayoutError(
    `The picture input "${name}" takes ${elemType}; float32, float16, uint8 and int8 can be fed.`,
    { seen: describeTensors(view.model), known: detectorLayouts },
  );
}

function customDetector(
  view: ModelView,
  decoder: NonNullable<DetectorOptions["decoder"]>,
  common: Pick<DecodeContext, "input" | "classNames" | "confidence" | "iou">,
): Detector {
  return {
    ...common,
    layout: "custom",
    outputNames: view.outputs.map(({ name }) => name),
    decode: (outputs, geometry, batchIndex = 0) => [...decoder(outputs, { ...common, geometry, batchIndex })],
  };
}

function requireOutputs(
  outputs: Readonly<Record<string, unknown>>,
  bound: BoundLayout,
  view: ModelView,
  layout: string,
): void {
  const missing = bound.outputNames.filter((name) => outputs[name] === undefined);
  if (missing.length > 0) {
    throw layoutMismatch(view, layout, `a tensor for ${missing.join(", ")} from the session`);
  }
}

function wholeFrom1(name: string, value: number): number {
  if (!(Number.isInteger(value) && value >= 1)) {
    throw new RangeError(`${name} is ${value}; it must be a whole number from 1.`);
  }
  return value;
}

function unit(name: string, value: number): number {
  if (!(value >= 0 && value <= 1)) throw new RangeError(`${name} is ${value}; it must be from 0 to 1.`);
  return value;
}

function classFilter(
  classes: readonly (string | number)[] | undefined,
  names: readonly string[],
): ReadonlySet<number> | undefined {
  if (!classes) return undefined;
  return new Set(
    classes.map((wanted) => {
      if (typeof wanted === "number") return wanted;
      const id = names.indexOf(wanted);
      if (id >= 0) return id;
      throw new RangeError(
        `The model has no class "${wanted}". Its classes: ${names.join(", ") || "unnamed; use ids"}.`,
      );
    }),
  );
}

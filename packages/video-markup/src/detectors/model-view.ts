import { metadataClassNames } from "./class-names.js";
import { detectorLayouts, type ModelDescription, type TensorDescription } from "./detector.js";
import { DetectorLayoutError } from "./layout-error.js";

/** A model's description with the questions that recognising a layout asks. */
export interface ModelView {
  readonly model: ModelDescription;
  /** The picture input. */
  readonly picture: TensorDescription;
  /** Order of the picture's axes. */
  readonly pictureLayout: "NCHW" | "NHWC" | "CHW";
  /** Fixed sides of the picture input; undefined where the axis is free. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  /** `"free"` when the batch axis is not fixed. */
  readonly batch: number | "free";
  readonly outputs: readonly TensorDescription[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly classNames: readonly string[] | undefined;
}

/**
 * Finds the picture input and names its axes.
 *
 * @throws DetectorLayoutError when no input can take a picture.
 */
export function viewModel(model: ModelDescription): ModelView {
  for (const picture of model.inputs) {
    const pictureLayout = axesOf(picture);
    if (!pictureLayout) continue;
    const [height, width] = sides(picture, pictureLayout);
    const batch = pictureLayout === "CHW" ? 1 : picture.shape[0];
    return {
      model,
      picture,
      pictureLayout,
      width,
      height,
      batch: typeof batch === "number" && batch > 0 ? batch : "free",
      outputs: model.outputs,
      metadata: model.metadata,
      classNames: metadataClassNames(model.metadata),
    };
  }
  throw new DetectorLayoutError(
    `No input of the model takes a picture of three channels. Seen: ${describeTensors(model)}. ` +
      "Export the model with an input of [batch, 3, height, width] or [batch, height, width, 3].",
    { seen: describeTensors(model), known: detectorLayouts },
  );
}

function axesOf({ shape }: TensorDescription): ModelView["pictureLayout"] | undefined {
  if (shape.length === 4 && shape[1] === 3) return "NCHW";
  if (shape.length === 4 && shape[3] === 3) return "NHWC";
  if (shape.length === 3 && shape[0] === 3) return "CHW";
  // Every axis free: exporters that free them all keep PyTorch's order.
  if (shape.length === 4 && shape.every((side) => !isFixed(side))) return "NCHW";
  return undefined;
}

function sides({ shape }: TensorDescription, axes: ModelView["pictureLayout"]): (number | undefined)[] {
  const [height, width] =
    axes === "CHW" ? [shape[1], shape[2]] : axes === "NCHW" ? [shape[2], shape[3]] : [shape[1], shape[2]];
  return [fixed(height), fixed(width)];
}

/** True for an axis whose length the model fixes. */
export function isFixed(side: number | string | undefined): side is number {
  return typeof side === "number" && side > 0;
}

/** The length of a fixed axis, else undefined. */
export function fixed(side: number | string | undefined): number | undefined {
  return isFixed(side) ? side : undefined;
}

/** Inputs and outputs as one line of text, for messages. */
export function describeTensors(model: ModelDescription): string {
  const list = (tensors: readonly TensorDescription[]) =>
    tensors.map(({ name, elemType, shape }) => `${name} ${elemType} [${shape.join(", ")}]`).join("; ");
  const about = ["task", "description", "end2end"].flatMap((key) =>
    model.metadata[key] === undefined ? [] : [`${key} ${model.metadata[key]}`],
  );
  const metadata = about.length > 0 ? `; metadata ${about.join(", ")}` : "";
  return `inputs ${list(model.inputs)}; outputs ${list(model.outputs)}${metadata}`;
}

/** Error for an output that holds what its layout cannot have there. */
export function wrongValues(
  view: ModelView,
  { layout, expects }: { readonly layout: string; readonly expects: string },
  output: string,
  found: string,
): DetectorLayoutError {
  const seen = describeTensors(view.model);
  return new DetectorLayoutError(
    `Output "${output}" holds ${found}: the model is not of the layout "${layout}", which expects ${expects}. ` +
      `Seen: ${seen}. Name the right layout (${detectorLayouts.join(", ")}), or pass a decoder of your own.`,
    { seen, known: detectorLayouts },
  );
}

/** Error for an explicit layout whose outputs are not there. */
export function layoutMismatch(view: ModelView, layout: string, expected: string): DetectorLayoutError {
  const seen = describeTensors(view.model);
  return new DetectorLayoutError(
    `The model does not fit the layout "${layout}", which expects ${expected}. Seen: ${seen}. ` +
      `Known layouts: ${detectorLayouts.join(", ")}.`,
    { seen, known: detectorLayouts },
  );
}

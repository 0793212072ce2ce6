import type { Detection, Size } from "../../detection.js";
import type { CandidateFrame } from "../candidates.js";
import type { DetectorLayout, DetectorTensors } from "../detector.js";
import type { FrameGeometry } from "../geometry.js";
import type { InputSpec } from "../input-spec.js";
import type { ModelView } from "../model-view.js";
import type { ValueRange } from "../sense.js";

/** How a family's published code prepares a picture. */
export type Preprocessing = Pick<InputSpec, "fit" | "padValue" | "channels" | "scale" | "mean" | "std">;

/** One frame to decode. */
export interface DecodeRequest extends CandidateFrame {
  readonly outputs: DetectorTensors;
  /** Which frame of the batch, from 0. */
  readonly batchIndex: number;
}

/** A layout bound to one model's outputs. */
export interface BoundLayout {
  /** Outputs that `decode` reads. */
  readonly outputNames: readonly string[];
  /** Names when neither the caller nor the metadata has any. */
  readonly defaultNames: readonly string[];
  /** What the first frame's values must lie between, whatever passes the threshold. */
  readonly ranges?: readonly ValueRange[];
  readonly decode: (request: DecodeRequest) => Detection[];
  readonly extraInputs?: (geometries: readonly FrameGeometry[]) => DetectorTensors;
}

/** What is known of one layout. */
export interface LayoutDefinition {
  readonly layout: DetectorLayout;
  /** What the outputs look like, for the message of a model that does not fit. */
  readonly expects: string;
  /** Whether metadata, names and shapes say that the model is of this layout, and of no other. */
  readonly recognises: (view: ModelView) => boolean;
  /** Whether the shapes alone would allow it, where they cannot tell it from others: it may be named. */
  readonly mayBe?: (view: ModelView) => boolean;
  readonly preprocessing: Preprocessing;
  /** Set where the outputs tell of one frame, whatever the picture's batch axis says. */
  readonly singleFrame?: true;
  /** Size in pixels for the free axes of the picture input. */
  readonly inputSize: (view: ModelView, source: Size | undefined) => Size;
  /** Finds the outputs. Undefined when they are not there, or their shapes do not fit. */
  readonly bind: (view: ModelView) => BoundLayout | undefined;
}

/** ImageNet's mean and standard deviation for RGB from 0 to 1. */
export const imagenet = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
} as const;

/** No normalisation beyond `scale`. */
export const plain = { mean: [0, 0, 0], std: [1, 1, 1] } as const;

/** A square input. */
export function square(side: number): () => Size {
  return () => ({ width: side, height: side });
}

/**
 * Aspect kept: the shorter side becomes `shortest`, unless the longer one would pass `longest`
 * (torchvision `GeneralizedRCNNTransform`, `DetrImageProcessor`); then up to a multiple.
 */
export function shortestEdge(source: Size, shortest: number, longest: number, multiple = 1): Size {
  const { width, height } = source;
  const ratio = Math.min(shortest / Math.min(width, height), longest / Math.max(width, height));
  const side = (length: number) => Math.max(1, Math.ceil(Math.round(length * ratio) / multiple)) * multiple;
  return { width: side(width), height: side(height) };
}

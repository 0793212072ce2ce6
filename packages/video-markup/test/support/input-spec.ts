import type { InputSpec } from "../../src/detectors/input-spec.js";
import { plain } from "../../src/detectors/layouts/layout-definition.js";

/** A float input of a batch of one that takes the bytes as they are, RGB and stretched; `changes` says what is other. */
export function inputSpec(changes: Partial<InputSpec>): InputSpec {
  return {
    name: "images",
    width: 16,
    height: 16,
    fit: "stretch",
    padValue: 114,
    channels: "RGB",
    scale: 1,
    ...plain,
    dtype: "float32",
    layout: "NCHW",
    batch: 1,
    ...changes,
  };
}

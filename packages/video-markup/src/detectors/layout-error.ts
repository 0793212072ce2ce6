import { namedError } from "@sightline/foundation/named-error";
import { VideoMarkupError } from "../errors.js";

/** Thrown by `planDetector` when a model's outputs fit no known layout, or do not fit the layout asked for. */
export class DetectorLayoutError extends namedError("DetectorLayoutError", VideoMarkupError) {
  /** The model's inputs, outputs and telling metadata, as text. */
  readonly seen: string;
  /** Layouts that can be asked for. */
  readonly known: readonly string[];

  constructor(message: string, details: { readonly seen: string; readonly known: readonly string[] }) {
    super(message);
    this.seen = details.seen;
    this.known = details.known;
  }
}

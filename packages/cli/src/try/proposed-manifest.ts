import type { ModelManifest } from "@sightline/contract/manifest";

/** A manifest for a bare model. */
export interface ProposedManifest {
  readonly manifest: ModelManifest;
  /** What the file does not say, and what was taken instead, a sentence each. */
  readonly guesses: readonly string[];
}

import type { ImageInput } from "@sightline/contract/image-input";
import type { ImageView } from "../image/image-view.js";
import type { ImageProblem } from "../shared/errors.js";

/** What a host needs before it can work. */
export interface HostSetup {
  /** Path of the ONNX file. */
  readonly modelPath: string;
  readonly input: ImageInput;
  /** Output to read. Default: the only one. */
  readonly output?: string;
  /** True to put the pictures of one message through the model together. */
  readonly stack: boolean;
  /** Largest accepted picture in pixels. */
  readonly maxPixels: number;
}

/** One picture for a host. */
export interface HostItem {
  readonly image: Uint8Array;
  readonly view?: ImageView;
}

/** What became of one picture. */
export type HostResult =
  | { readonly kind: "values"; readonly values: Float32Array }
  | { readonly kind: "bad-image"; readonly problem: ImageProblem; readonly message: string }
  | { readonly kind: "failed"; readonly message: string };

/** Parent to host. The setup comes first, with the number of pictures that one message may hold. */
export type HostRequest =
  | { readonly kind: "setup"; readonly setup: HostSetup; readonly maxBatch: number }
  | { readonly kind: "run"; readonly items: readonly HostItem[] };

/** Host to parent. */
export type HostReply =
  /** The model has run a full batch; `rssBytes` is what the process holds since, `fixedBatch` what the model takes together, 1 where it does not say. */
  | { readonly kind: "ready"; readonly rssBytes: number; readonly fixedBatch: number }
  | { readonly kind: "setup-failed"; readonly message: string }
  | { readonly kind: "results"; readonly results: readonly HostResult[] }
  /** Sent every `BEAT_MS` while the host has nothing else to say: it could work. */
  | { readonly kind: "beat" };

/** Milliseconds between two beats of a host. */
export const BEAT_MS = 1000;

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

/** Parent to host. */
export type HostRequest =
  | { readonly kind: "setup"; readonly setup: HostSetup }
  | { readonly kind: "run"; readonly batch: number; readonly items: readonly HostItem[] };

/** Host to parent. */
export type HostReply =
  | { readonly kind: "ready" }
  | { readonly kind: "setup-failed"; readonly message: string }
  | { readonly kind: "results"; readonly batch: number; readonly results: readonly HostResult[] };

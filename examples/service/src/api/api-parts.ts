import type { Metrics } from "./metrics.js";

/** What a request may take. */
export interface ApiLimits {
  /** Largest photo in bytes, at most 6,291,456: InvokeEndpoint's own limit. */
  readonly maxPhotoBytes: number;
  /** Photos in memory at once. */
  readonly maxPhotos: number;
  /** Largest video in bytes. */
  readonly maxVideoBytes: number;
  /** Longest video in seconds; longer ones are for the queue. */
  readonly maxVideoSeconds: number;
  /** Most pixels of a frame. */
  readonly maxFramePixels: number;
  /** Videos at work at once. */
  readonly maxVideos: number;
  /** Longest wait for the next bytes of a body, in milliseconds. */
  readonly bodyIdleMs: number;
  /** Longest time for a whole request to come in, in milliseconds. */
  readonly requestMs: number;
}

/** Limits where nobody says otherwise. */
export const DEFAULT_LIMITS: ApiLimits = {
  maxPhotoBytes: 6_291_456,
  maxPhotos: 16,
  maxVideoBytes: 2_000_000_000,
  maxVideoSeconds: 600,
  maxFramePixels: 3840 * 2160,
  maxVideos: 1,
  bodyIdleMs: 15_000,
  requestMs: 900_000,
};

/** What the routes share. */
export interface ApiParts {
  readonly limits: ApiLimits;
  readonly metrics: Metrics;
  /** Folder of what is at work; each request removes its own. */
  readonly scratch: string;
  /** Aborts what is at work when the service stops and its time of grace is over. */
  readonly stops: AbortSignal;
  /** Whether requests are welcome; throws with the reason when they are not. */
  readonly checkReady: () => Promise<void>;
  /** Told of faults, with their stacks. */
  readonly log: (message: string) => void;
}

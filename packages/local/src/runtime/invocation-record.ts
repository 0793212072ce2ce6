/** A container answers an invocation within this time. */
export const INVOCATION_TIMEOUT_MS = 60_000;

/** Told of each invocation, for metrics. */
export interface InvocationRecord {
  readonly endpointName: string;
  readonly variantName: string;
  /** Until the container had answered. */
  readonly latencyMs: number;
  /** What this server took besides. */
  readonly overheadMs: number;
  readonly status: number;
}

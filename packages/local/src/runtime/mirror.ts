import type { Cloud } from "../cloud.js";
import type { Deployment } from "../sagemaker/hosting/deployment.js";
import { forward } from "../sagemaker/hosting/forward.js";
import { INVOCATION_TIMEOUT_MS, type InvocationRecord } from "./invocation-record.js";
import { pickFrom } from "./route.js";

/**
 * Sends a copy of a request to the shadow variant, if there is one and it is its turn: as many as its weight is of the
 * production variant's. Nobody waits for it, and nobody gets its answer; its metrics are recorded.
 */
export function mirrorInvocation(
  cloud: Cloud,
  deployment: Deployment,
  request: { readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array },
  record: (invocation: InvocationRecord) => void,
): void {
  const shadow = deployment.fleets.find(({ isShadow }) => isShadow);
  if (shadow === undefined) return;
  const production = deployment.fleets.find(({ isShadow }) => !isShadow)!;
  const share = production.weight === 0 ? 1 : Math.min(1, shadow.weight / production.weight);
  if (!deployment.mirrored.takes(share)) return;
  const instance = pickFrom(shadow, Math.random);
  if (instance === undefined) return;
  const started = performance.now();
  const timeoutMs = INVOCATION_TIMEOUT_MS * cloud.timeScale;
  const target = { kind: "memory", maxBytes: cloud.maxPayloadBytes } as const;
  void forward(instance, { ...request, timeoutMs, signal: cloud.closing }, target).then((answer) =>
    record({
      endpointName: deployment.endpointName,
      variantName: shadow.variant.VariantName,
      latencyMs: performance.now() - started,
      overheadMs: 0,
      status: answer.kind === "answer" ? answer.status : 500,
    }),
  );
}

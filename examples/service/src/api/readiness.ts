import type { Session } from "@sightline/sdk";

/** How long an answer of SageMaker's holds, in milliseconds: balancers ask every few seconds, from several places. */
const KEPT_MS = 5_000;
/** An endpoint that is being updated or rolled back serves all the while. */
const SERVING = new Set(["InService", "Updating", "SystemUpdating", "RollingBack"]);

/** Asks whether an endpoint serves, at most every five seconds. The function throws with the reason when it does not. */
export function endpointReadiness(session: Session, name: string): () => Promise<void> {
  let asked = { at: Number.NEGATIVE_INFINITY, answer: Promise.resolve() };
  return () => {
    const now = performance.now();
    if (now - asked.at > KEPT_MS) asked = { at: now, answer: check() };
    return asked.answer;
  };

  async function check(): Promise<void> {
    const { EndpointStatus: status } = await session.send<{ EndpointStatus: string }>(
      "sagemaker",
      "DescribeEndpoint",
      { EndpointName: name },
    );
    if (!SERVING.has(status)) throw new Error(`The endpoint ${name} is ${status}.`);
  }
}

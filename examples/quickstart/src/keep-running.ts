import { once } from "node:events";
import type { LocalSageMaker } from "@sightline/local";
import type { QuickstartResult } from "./result.js";

/** Says how to reach what is deployed, and waits until the signal ends it. */
export async function keepRunning(
  local: LocalSageMaker,
  result: QuickstartResult,
  signal: AbortSignal,
): Promise<void> {
  const exports = Object.entries(local.env).map(([name, value]) => `export ${name}=${value}`);
  const { endpoint } = result.classification;
  process.stderr.write(`
The local SageMaker stays up until Ctrl-C. In another terminal:

${exports.join("\n")}
aws sagemaker list-endpoints
aws sagemaker-runtime invoke-endpoint --endpoint-name ${endpoint} --content-type application/x-image --body fileb://PICTURE.jpg /dev/stdout
`);
  if (!signal.aborted) await once(signal, "abort");
}

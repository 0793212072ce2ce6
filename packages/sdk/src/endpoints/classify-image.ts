import { SdkError } from "../errors.js";
import type { Session } from "../session.js";
import { type Endpoint, endpointName } from "./endpoint.js";
import { type InvokeOptions, invokeEndpoint } from "./invoke-endpoint.js";

/**
 * Asks an image-classification endpoint about one picture.
 *
 * @param image an encoded picture (JPEG, PNG), at most 6 MiB
 * @returns a probability for each class, in the order of the class ids
 * @throws InvocationError when the container cannot read the picture.
 * @throws SdkError when the answer is no list of numbers: then the endpoint is no such classifier.
 * @example
 * const probabilities = await classifyImage(session, endpoint, await readFile("img_1.jpg"));
 */
export async function classifyImage(
  session: Session,
  endpoint: Endpoint | string,
  image: Uint8Array,
  options: InvokeOptions = {},
): Promise<number[]> {
  const answer = await invokeEndpoint(session, endpoint, image, {
    contentType: "application/x-image",
    accept: "application/json",
    ...options,
  });
  const text = answer.text();
  let probabilities: unknown;
  try {
    probabilities = JSON.parse(text);
  } catch (cause) {
    throw notProbabilities(endpoint, text, cause);
  }
  if (!Array.isArray(probabilities) || probabilities.length === 0 || !probabilities.every(Number.isFinite)) {
    throw notProbabilities(endpoint, text);
  }
  return probabilities;
}

function notProbabilities(endpoint: Endpoint | string, text: string, cause?: unknown): SdkError {
  return new SdkError(
    `Endpoint ${endpointName(endpoint)} answered no list of probabilities, but ${text.slice(0, 200)}`,
    cause === undefined ? undefined : { cause },
  );
}

import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { ErrorBody } from "@sightline/contract/error-body";
import { type AnswerType, answerText } from "./answer-format.js";
import type { Deadline } from "./deadline.js";
import { RequestError } from "./request-error.js";

/**
 * Writes each answer as a line as soon as it is there: behind InvokeEndpointWithResponseStream each becomes a PayloadPart.
 * A caller who reads slowly slows the work down, and each line has the deadline's whole time.
 *
 * An error before the first line is thrown as any other. Later the status has left already: the last of JSON lines is then the
 * error's body, and the connection is to be broken off, which the caller of AWS sees as ModelStreamError.
 */
export async function streamAnswers(
  response: ServerResponse,
  type: AnswerType,
  answers: AsyncIterable<string>,
  deadline: Deadline,
): Promise<void> {
  try {
    for await (const answer of answers) {
      if (!response.headersSent) response.writeHead(200, { "content-type": type });
      if (!response.write(answerText(answer))) await once(response, "drain", { signal: deadline.signal });
      deadline.restart();
    }
    response.end();
  } catch (error) {
    if (response.headersSent && type === "application/jsonlines") await writeLastWords(response, error);
    throw error;
  }
}

/** Not to a caller who does not read: there the deadline is over already. */
async function writeLastWords(response: ServerResponse, error: unknown): Promise<void> {
  if (!(error instanceof RequestError) || response.writableNeedDrain || response.destroyed) return;
  const body: ErrorBody = { error: { code: error.code, message: error.message } };
  await new Promise((resolve) => response.write(answerText(JSON.stringify(body)), resolve));
}

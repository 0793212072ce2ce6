/** A body or answer of plain bytes, in OpenAPI's words. */
export const BINARY = { schema: { type: "string", format: "binary" } } as const;

const MEANINGS: Readonly<Record<number, string>> = {
  400: "No body, or one that ends early",
  408: "The body came too slowly",
  413: "The body, the video's length or its frames are above the limit",
  415: "Another content type",
  422: "The body could not be read as what it is said to be",
  502: "The classifier failed",
  503: "At work on as much as it can, or stopping; Retry-After says when to come again",
  504: "The classifier did not answer in time",
};

/** Those answers of a route, each with the sentence that says why. */
export function errorAnswers(...statuses: readonly number[]): Record<string, object> {
  const answer = (status: number) => ({
    description: MEANINGS[status],
    type: "object",
    required: ["error"],
    properties: { error: { type: "string" } },
  });
  return Object.fromEntries(statuses.map((status) => [status, answer(status)]));
}

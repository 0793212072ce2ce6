/** The media types in which what a model says of pictures leaves; the first where the caller does not mind. */
export const ANSWER_TYPES = ["application/json", "application/jsonlines", "text/csv"] as const;

/** One of {@link ANSWER_TYPES}. */
export type AnswerType = (typeof ANSWER_TYPES)[number];

/** The text of the answer to one picture, which its task wrote without a line's end. */
export function answerText(answer: string): string {
  return `${answer}\n`;
}

/**
 * The text of the answer to several pictures: a list in JSON, else a line for each.
 *
 * @example
 * ```ts
 * batchText(["[0.25,0.75]", "[1,0]"], "application/json"); // [[0.25,0.75],[1,0]]
 * batchText(["0.25,0.75", "1,0"], "text/csv"); // 0.25,0.75 and below it 1,0
 * ```
 */
export function batchText(answers: readonly string[], type: AnswerType): string {
  return type === "application/json"
    ? answerText(`[${answers.join(",")}]`)
    : answers.map(answerText).join("");
}

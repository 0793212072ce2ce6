/** The media types in which probabilities leave; the first where the caller does not mind. */
export const ANSWER_TYPES = ["application/json", "application/jsonlines", "text/csv"] as const;

/** One of {@link ANSWER_TYPES}. */
export type AnswerType = (typeof ANSWER_TYPES)[number];

/**
 * The text of an answer. JSON lines are those of the built-in algorithm.
 *
 * @param rows the probabilities of one picture, or those of each of several
 * @example
 * ```ts
 * answerText(Float32Array.of(0.25, 0.75), "application/json"); // [0.25,0.75]
 * answerText(Float32Array.of(0.25, 0.75), "application/jsonlines"); // {"prediction":[0.25,0.75]}
 * answerText([Float32Array.of(0.25, 0.75), Float32Array.of(1, 0)], "text/csv"); // 0.25,0.75 and below it 1,0
 * ```
 */
export function answerText(rows: Float32Array | readonly Float32Array[], type: AnswerType): string {
  const lists = (rows instanceof Float32Array ? [rows] : rows).map((row) => Array.from(row));
  if (type === "application/json")
    return `${JSON.stringify(rows instanceof Float32Array ? lists[0] : lists)}\n`;
  const line = type === "text/csv" ? String : (list: number[]) => JSON.stringify({ prediction: list });
  return lists.map((list) => `${line(list)}\n`).join("");
}

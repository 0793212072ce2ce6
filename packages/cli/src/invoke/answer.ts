import type { CliIO, OptionValues } from "@sightline/foundation/command-line";
import type { InvocationResult } from "@sightline/sdk";
import type { Sdk } from "../aws/session-options.js";
import { CliError } from "../errors.js";
import { table } from "../output/table.js";
import { bars } from "./bars.js";
import type { Input } from "./find-inputs.js";
import { terminalPicture } from "./terminal-picture.js";

/** How answers are shown. */
export interface Showing {
  readonly sdk: Sdk;
  readonly labels: readonly string[] | undefined;
  /** Classes that are shown. */
  readonly top: number;
  readonly values: OptionValues;
  readonly io: CliIO;
}

/** Prints an endpoint's answer: bars for a classifier's, a table for a detector's, else what came. */
export async function showAnswer(input: Input, answer: InvocationResult, showing: Showing): Promise<void> {
  const { sdk, labels, top, values, io } = showing;
  const type = answer.contentType?.split(";")[0] ?? "";
  if (!/json|^text\//.test(type))
    throw new CliError(
      `The answer is ${answer.body.length} bytes of ${type}: write it to a file with --out DIR.`,
    );
  const parsed = type === "application/json" ? answer.json() : undefined;
  const isPicture = input.contentType?.startsWith("image/") === true;
  const probabilities = isRow(parsed) ? parsed : undefined;
  const boxes = boxesIn(parsed);
  const name = (id: number) => labels?.[id] ?? String(id);
  if (values.json === true) {
    const told =
      probabilities !== undefined
        ? { classes: sdk.topClasses(probabilities, labels, top) }
        : boxes !== undefined
          ? {
              boxes: boxes.map(([id = 0, score, ...xyxy]) => ({
                className: name(id),
                classId: id,
                score,
                xyxy,
              })),
            }
          : { answer: parsed ?? answer.text() };
    io.out(`${JSON.stringify({ input: input.name, ...told })}\n`);
    return;
  }
  if (io.terminal && isPicture && values["no-picture"] !== true)
    io.err(await terminalPicture(input.body, io.columns));
  io.out(`${input.name}\n`);
  if (probabilities !== undefined) io.out(bars(sdk.topClasses(probabilities, labels, top)));
  else if (boxes !== undefined) {
    const rows = boxes.map(([id = 0, score = 0, ...xyxy]) => [
      name(id),
      score.toFixed(3),
      ...xyxy.map((side) => side.toFixed(3)),
    ]);
    io.out(table([["class", "score", "left", "top", "right", "bottom"], ...rows]));
  } else io.out(`${answer.text().trimEnd()}\n`);
}

function isRow(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "number");
}

/** The boxes of an object detection answer: class, score, left, top, right, bottom as shares of the sides. */
function boxesIn(value: unknown): number[][] | undefined {
  const { prediction } = (value ?? {}) as { prediction?: unknown };
  if (!Array.isArray(prediction) || !prediction.every((row) => isRow(row) && row.length === 6))
    return undefined;
  return prediction as number[][];
}

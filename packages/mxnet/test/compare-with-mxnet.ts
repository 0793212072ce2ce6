import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeModel } from "@sightline/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { convertModel, readParams, readSymbol } from "../src/index.js";

/** What MXNet made of a network of `write_fixtures.py`. */
interface Reference {
  readonly output: string | null;
  readonly seed: number;
  readonly shape: readonly [number, number, number, number];
  readonly rows: readonly (readonly number[])[];
}

/** Rows that MXNet gave for a network of a folder, and those that the converted network gives for the same input. */
export async function rowsOf(folder: string, name: string) {
  const file = (ending: string) => readFileSync(join(folder, `${name}${ending}`));
  const reference = JSON.parse(file(".reference.json").toString()) as Reference;
  const [, channels, height, width] = reference.shape;
  const model = convertModel(readSymbol(file("-symbol.json").toString()), readParams(file("-0000.params")), {
    inputShape: [channels, height, width],
    ...(reference.output === null ? {} : { output: reference.output }),
  });
  const session = await InferenceSession.create(writeModel(model), { logSeverityLevel: 3 });
  try {
    const data = inputOf(reference, name === "classifier");
    const answer = await session.run({ data: new Tensor("float32", data, reference.shape) });
    const result = answer[session.outputNames[0]!]!;
    const width = result.dims.at(-1)!;
    const values = result.data as Float32Array;
    const rows = Array.from({ length: values.length / width }, (_, n) => [
      ...values.slice(n * width, (n + 1) * width),
    ]);
    // Class -1 is a box that another one suppresses.
    return { theirs: reference.rows, ours: name === "detector" ? rows.filter(([id]) => id! >= 0) : rows };
  } finally {
    await session.release();
  }
}

/** The input by the rule of `write_fixtures.py`. */
function inputOf({ shape, seed }: Reference, pixels: boolean): Float32Array {
  const count = shape.reduce((product, size) => product * size, 1);
  return Float32Array.from({ length: count }, (_, at) => {
    const pixel = (at * 37 + ((at * at) % 101) + seed) % 256;
    return pixels ? pixel : pixel / 128 - 1;
  });
}

/** Greatest difference between rows of the same number and width. */
export function farthest(
  theirs: readonly (readonly number[])[],
  ours: readonly (readonly number[])[],
): number {
  let most = theirs.length === ours.length ? 0 : Number.POSITIVE_INFINITY;
  for (const [n, row] of theirs.entries()) {
    for (const [k, value] of row.entries()) {
      most = Math.max(most, Math.abs(value - (ours[n]?.[k] ?? Number.POSITIVE_INFINITY)));
    }
  }
  return most;
}

import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { mergeRecords, RecordIOError, verifyRecordIO } from "@sightline/recordio";
import { JobInputError } from "../shared/errors.js";
import type { ProcessTask } from "./context.js";
import { checkName, findParts } from "./part-name.js";

/** Joins all parts that `pack` made on several hosts into one `NAME.rec`, and checks the result. One host does it. */
export const joinRecords: ProcessTask = async ({ root, cluster, options, output, signal, log }) => {
  if (cluster.index > 0) return "The first host joins the parts.";
  const { name, paths } = await findParts(options.parts ?? join(root, "processing/input/parts"));
  log(`Joining ${paths.length} parts of ${name}`);
  const target = join(output, `${checkName(options.name ?? name)}.rec`);
  let records: number;
  try {
    records = await mergeRecords(paths, target, { signal });
  } catch (cause) {
    if (cause instanceof RecordIOError)
      throw new JobInputError(`The parts cannot be joined: ${cause.message}`, { cause });
    throw cause;
  }
  try {
    await check(target, records, paths, signal);
  } catch (error) {
    // What was refused must not be taken for the result.
    for (const path of [target, target.replace(/\.rec$/, ".idx")]) await rm(path, { force: true });
    throw error;
  }
  return `${target}: ${records} records of ${paths.length} parts, checked`;
};

async function check(
  target: string,
  records: number,
  parts: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const expected = await expectedRecords(parts);
  if (expected !== undefined && expected !== records) {
    throw new JobInputError(
      `The parts hold ${records} records, but their reports say ${expected}: pack them again.`,
    );
  }
  const { problemCount, problems } = await verifyRecordIO(target, { decode: false, lstPath: false, signal });
  if (problemCount > 0) throw new Error(`${target} is not sound: ${JSON.stringify(problems[0])}`);
}

/** Sum of the records that the parts' reports name; undefined when one has no report. */
async function expectedRecords(paths: readonly string[]): Promise<number | undefined> {
  let sum = 0;
  for (const path of paths) {
    const text = await readFile(path.replace(/\.rec$/, ".report.json"), "utf8").catch(() => undefined);
    const report = text === undefined ? undefined : (JSON.parse(text) as { records?: unknown });
    if (typeof report?.records !== "number") return undefined;
    sum += report.records;
  }
  return sum;
}

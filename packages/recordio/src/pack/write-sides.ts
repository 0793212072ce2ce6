import { RecordIOError } from "../errors.js";
import type { PackReport } from "./pack-options.js";
import type { PackOutput } from "./pack-output.js";
import { PackSummary, sideLines } from "./summarize.js";

/** What the output of a run is completed with. */
export interface RunFacts {
  /** Images in the list. */
  readonly listed: number;
  readonly classes: readonly string[];
  readonly writeList: boolean;
  readonly unchanged: boolean;
  readonly reused: number;
  /** When the run began, by `performance.now`. */
  readonly started: number;
}

/**
 * Writes index, list and report of the records that are there, and gives all files their names; an unchanged output is
 * only looked at.
 *
 * @throws RecordIOError when an image is not accounted for, or no record is there
 */
export async function writeSides(output: PackOutput, facts: RunFacts): Promise<PackReport> {
  const summary = new PackSummary();
  const makeReport = (): PackReport =>
    summary.report({
      unchanged: facts.unchanged,
      reused: facts.reused,
      classes: facts.classes,
      seconds: (performance.now() - facts.started) / 1000,
    });
  if (facts.unchanged) {
    for await (const entries of output.entries()) for (const entry of entries) summary.add(entry);
    return makeReport();
  }
  await output.flush();
  await writeLines(output, facts.writeList, summary);
  const report = makeReport();
  checkCounts(facts.listed, report);
  const file = await output.create("report.json");
  await file.writeFile(`${JSON.stringify(report, undefined, 2)}\n`);
  await file.close();
  await output.commit();
  return makeReport();
}

async function writeLines(output: PackOutput, writeList: boolean, summary: PackSummary): Promise<void> {
  const idx = await output.create("data.idx");
  const lst = writeList ? await output.create("data.lst") : undefined;
  try {
    for await (const entries of output.entries()) {
      const lines = { idx: "", lst: "" };
      for (const entry of entries) {
        summary.add(entry);
        const { idx, lst } = sideLines(entry);
        lines.idx += idx;
        lines.lst += lst;
      }
      await idx.appendFile(lines.idx);
      await lst?.appendFile(lines.lst);
    }
  } finally {
    await idx.close();
    await lst?.close();
  }
}

function checkCounts(listed: number, report: PackReport): void {
  if (report.listed !== listed) {
    throw new RecordIOError(`${report.listed} of ${listed} images are accounted for; nothing was written.`);
  }
  if (report.records === 0) {
    throw new RecordIOError(`None of the ${listed} images could be packed; nothing was written.`);
  }
}

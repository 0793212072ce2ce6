import { RecordIOError } from "../errors.js";
import { parseManifestLine } from "./manifest.js";
import type { PackReport } from "./pack-options.js";
import type { PackOutput } from "./pack-output.js";

/** What the output of a run is completed with. */
export interface RunFacts {
  /** Images in the list. */
  readonly listed: number;
  readonly classes: readonly string[];
  readonly unchanged: boolean;
  readonly reused: number;
  /** Whether the output is brought to the disk before it gets its name. */
  readonly syncs: boolean;
  /** When the run began, by `performance.now`. */
  readonly started: number;
}

/**
 * Completes the output with its report and gives all files their names; an unchanged output is only looked at.
 *
 * @throws RecordIOError when an image is not accounted for, or no record is there
 */
export async function writeSides(output: PackOutput, facts: RunFacts): Promise<PackReport> {
  const { summary } = output.sides;
  const makeReport = (): PackReport =>
    summary.report({
      unchanged: facts.unchanged,
      reused: facts.reused,
      classes: facts.classes,
      seconds: (performance.now() - facts.started) / 1000,
    });
  if (facts.unchanged) {
    for (const line of output.earlier) summary.add(parseManifestLine(line));
    return makeReport();
  }
  const report = makeReport();
  checkCounts(facts.listed, report);
  await output.commit(`${JSON.stringify(report, undefined, 2)}\n`, facts.syncs);
  return makeReport();
}

function checkCounts(listed: number, report: PackReport): void {
  if (report.listed !== listed) {
    throw new RecordIOError(`${report.listed} of ${listed} images are accounted for; nothing was written.`);
  }
  if (report.records === 0) {
    throw new RecordIOError(`None of the ${listed} images could be packed; nothing was written.`);
  }
}

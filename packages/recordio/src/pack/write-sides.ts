import { readFile, stat } from "node:fs/promises";
import { writeWholeFile } from "@sightline/foundation/whole-file";
import type { BoxReport } from "../boxes/box-report.js";
import { RecordIOError } from "../errors.js";
import type { OutputPaths } from "./earlier-output.js";
import { parseManifestLine } from "./manifest.js";
import type { PackReport } from "./pack-options.js";
import type { PackOutput } from "./pack-output.js";

/** What the output of a run is completed with. */
export interface RunFacts {
  /** Images in the list. */
  readonly listed: number;
  readonly classes: readonly string[];
  readonly boxes: BoxReport | undefined;
  /** Manifest lines of the output, when it is current and nothing was written. */
  readonly current: readonly string[] | undefined;
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
      unchanged: facts.current !== undefined,
      reused: facts.reused,
      classes: facts.classes,
      ...(facts.boxes && { boxes: facts.boxes }),
      seconds: (performance.now() - facts.started) / 1000,
    });
  if (facts.current !== undefined) {
    for (const line of facts.current) summary.add(parseManifestLine(line));
    const report = makeReport();
    await renewNames(output.paths.report, report);
    return report;
  }
  const report = makeReport();
  checkCounts(facts.listed, report);
  if (report.records === 0) throw await nothingPacked(output.paths, report);
  await output.commit(`${JSON.stringify(report, undefined, 2)}\n`, facts.syncs);
  return makeReport();
}

/** Classes may have new names, and boxes another history, while the records stay as they are: only the report tells. */
async function renewNames(path: string, report: PackReport): Promise<void> {
  const told = ({ classes, boxes }: PackReport) => JSON.stringify([classes, boxes]);
  const earlier = await readFile(path, "utf8")
    .then((text) => told(JSON.parse(text) as PackReport))
    .catch(() => undefined);
  if (earlier === told(report)) return;
  await writeWholeFile(path, `${JSON.stringify({ ...report, unchanged: false }, undefined, 2)}\n`);
}

function checkCounts(listed: number, report: PackReport): void {
  if (report.listed !== listed) {
    throw new RecordIOError(`${report.listed} of ${listed} images are accounted for; nothing was written.`);
  }
}

/** Says why, and leaves a report of all the images where no earlier output would be taken for it. */
async function nothingPacked({ rec, report: path }: OutputPaths, report: PackReport): Promise<RecordIOError> {
  const reasons = report.notes.slice(0, NAMED).map(({ reason }) => `\n  ${reason}`);
  const more = report.notes.length - reasons.length;
  const isThere = await stat(rec).then(
    () => true,
    () => false,
  );
  if (!isThere) await writeWholeFile(path, `${JSON.stringify(report, undefined, 2)}\n`);
  return new RecordIOError(
    `None of the ${report.listed} images could be packed; no record was written.${reasons.join("")}` +
      `${more > 0 ? `\n  and ${more} more` : ""}${isThere ? "" : `\nAll of them: ${path}`}`,
  );
}

/** Images whose reasons a message names. */
const NAMED = 10;

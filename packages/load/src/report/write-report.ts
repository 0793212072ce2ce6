import { join } from "node:path";
import { writeWholeFile } from "@sightline/foundation/whole-file";
import type { LoadResult } from "../result.js";
import { failuresCsv, historyCsv, statsCsv } from "./csv.js";
import { htmlReport } from "./html-report.js";

/** Writes a test's files, each whole or not at all; those of an earlier test are replaced. */
export async function writeReport(folder: string, result: LoadResult): Promise<void> {
  const files = {
    "load_stats.csv": statsCsv(result),
    "load_stats_history.csv": historyCsv(result),
    "load_failures.csv": failuresCsv(result),
    "result.json": `${JSON.stringify(result, null, 2)}\n`,
    "report.html": htmlReport(result),
  };
  for (const [name, text] of Object.entries(files)) await writeWholeFile(join(folder, name), text);
}

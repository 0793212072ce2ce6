import { readFile } from "node:fs/promises";
import { companionPath } from "../format/companion-path.js";
import type { BoxNames } from "../list/image-list.js";

/** What the numbers in a `.rec` mean. */
export interface RecordNames extends BoxNames {
  /** Class names by label. */
  readonly classes: readonly string[];
}

/** What packing left in the report beside a `.rec`; nothing where there is no such report. */
export async function namesBeside(recPath: string): Promise<RecordNames> {
  try {
    const report: unknown = JSON.parse(await readFile(companionPath(recPath, ".report.json"), "utf8"));
    const { classes, boxes } = (report ?? {}) as {
      classes?: unknown;
      boxes?: Partial<Record<keyof BoxNames, unknown>>;
    };
    return {
      classes: list(classes).map(String),
      categoryIds: list(boxes?.categoryIds).map(Number),
      extra: list(boxes?.extra).map(String),
    };
  } catch (error) {
    // Without names the records are as good; a report that another program wrote must not cost them.
    if ((error as NodeJS.ErrnoException).code === "ENOENT" || error instanceof SyntaxError) return NO_NAMES;
    throw error;
  }
}

/** Where nothing tells. */
export const NO_NAMES: RecordNames = { classes: [], categoryIds: [], extra: [] };

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

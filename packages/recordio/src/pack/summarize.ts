import { countedLabels } from "../format/detection-label.js";
import type { ManifestEntry } from "./manifest.js";
import type { PackNote, PackReport } from "./pack-options.js";

/** Counts and notes of a run, gathered entry by entry. */
export class PackSummary {
  #listed = 0;
  #records = 0;
  #skipped = 0;
  #placeholders = 0;
  #bytes = 0;
  readonly #byLabel = new Map<number, number>();
  readonly #notes: PackNote[] = [];

  /** Takes one entry into account. */
  add(entry: ManifestEntry): void {
    this.#listed++;
    this.#bytes += entry.length;
    if (entry.lost !== undefined || entry.notes.length > 0) this.#note(entry);
    if (entry.length === 0) return;
    this.#records++;
    for (const label of countedLabels(entry.labels))
      this.#byLabel.set(label, (this.#byLabel.get(label) ?? 0) + 1);
  }

  #note({ id, path, length, lost, notes }: ManifestEntry): void {
    if (lost !== undefined) {
      const action = length === 0 ? "skipped" : "placeholder";
      if (action === "skipped") this.#skipped++;
      else this.#placeholders++;
      this.#notes.push({ id, path, action, problem: lost.problem, reason: lost.message });
    }
    for (const reason of notes) this.#notes.push({ id, path, action: "converted", reason });
  }

  /** The report so far. */
  report(rest: Pick<PackReport, "reused" | "unchanged" | "classes" | "boxes" | "seconds">): PackReport {
    return {
      listed: this.#listed,
      records: this.#records,
      skipped: this.#skipped,
      placeholders: this.#placeholders,
      reused: rest.reused,
      unchanged: rest.unchanged,
      bytes: this.#bytes,
      recordsByLabel: Object.fromEntries([...this.#byLabel].sort(([a], [b]) => a - b)),
      classes: rest.classes,
      notes: this.#notes,
      ...(rest.boxes && { boxes: rest.boxes }),
      seconds: rest.seconds,
    };
  }
}

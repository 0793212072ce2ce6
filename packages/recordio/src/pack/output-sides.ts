import type { ManifestEntry } from "./manifest.js";
import { PackSummary } from "./summarize.js";

/** Characters of one side that are gathered before a write. */
const ENOUGH = 64 * 1024;

/** What becomes of a run's entries beside the records: the lines of `.idx` and `.lst`, and the counts of the report. */
export class OutputSides {
  readonly summary = new PackSummary();
  #idx = "";
  #lst = "";

  /** Takes an entry in, in list order. */
  add(entry: ManifestEntry): void {
    this.summary.add(entry);
    if (entry.length === 0) return;
    const { id, labels, path } = entry;
    this.#idx += `${id}\t${entry.byteOffset}\n`;
    this.#lst += `${id}\t${labels.length === 1 ? labels[0] : labels.join("\t")}\t${path}\n`;
  }

  /** Whether there is enough for a write. */
  get isFull(): boolean {
    return this.#idx.length + this.#lst.length > ENOUGH;
  }

  /** Hands over the lines that were not handed over yet. */
  take(): { idx: string; lst: string } {
    const lines = { idx: this.#idx, lst: this.#lst };
    this.#idx = "";
    this.#lst = "";
    return lines;
  }
}

import { LineBuffer } from "./line-buffer.js";
import type { ManifestEntry } from "./manifest.js";
import { PackSummary } from "./summarize.js";

/** Bytes of both files that are gathered before a write. */
const ENOUGH = 64 * 1024;

/** What becomes of a run's entries beside the records: the lines of `.idx` and `.lst`, and the counts of the report. */
export class OutputSides {
  readonly summary = new PackSummary();
  readonly #idx = new LineBuffer();
  readonly #lst = new LineBuffer();

  /** Takes an entry in, in list order. */
  add(entry: ManifestEntry): void {
    this.summary.add(entry);
    if (entry.length === 0) return;
    this.#idx.number(entry.id);
    this.#idx.text("\t");
    this.#idx.number(entry.byteOffset);
    this.#idx.text("\n");
    this.#lst.number(entry.id);
    for (const label of entry.labels) {
      this.#lst.text("\t");
      this.#lst.number(label);
    }
    this.#lst.text("\t");
    this.#lst.text(entry.path);
    this.#lst.text("\n");
  }

  /** Whether there is enough for a write. */
  get isFull(): boolean {
    return this.#idx.length + this.#lst.length > ENOUGH;
  }

  /** Hands over the lines that were not handed over yet; they are good until the next call. */
  take(): { idx: Uint8Array; lst: Uint8Array } {
    return { idx: this.#idx.take(), lst: this.#lst.take() };
  }
}

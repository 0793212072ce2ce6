import { mkdirSync } from "node:fs";
import path from "node:path";
import { Journal } from "./journal.js";

/** A kind of resource by name, kept on disk. Values are replaced, never changed in place. */
export interface RecordStore<Value> {
  get(name: string): Value | undefined;
  has(name: string): boolean;
  set(name: string, value: Value): void;
  delete(name: string): void;
  /** All values, in the order of their creation. */
  all(): Value[];
  /** Replaces some members of a record that is there. Returns the new one. */
  update(name: string, change: Partial<Value>): Value | undefined;
}

/** Opens record stores below one folder and closes them together. */
export class RecordFolder {
  readonly #folder: string;
  readonly #journals: { close(): void }[] = [];
  readonly #watchers = new Map<string, (next: unknown, former: unknown) => void>();

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  open<Value>(kind: string): RecordStore<Value> {
    const journal = new Journal<Value>(path.join(this.#folder, `${kind}.jsonl`));
    this.#journals.push(journal);
    const set = (name: string, value: Value): void => {
      const former = journal.values.get(name);
      journal.set(name, value);
      this.#watchers.get(kind)?.(value, former);
    };
    return {
      get: (name) => journal.values.get(name),
      has: (name) => journal.values.has(name),
      set,
      delete: (name) => journal.delete(name),
      all: () => [...journal.values.values()],
      update(name, change) {
        const former = journal.values.get(name);
        if (former === undefined) return undefined;
        const next = { ...former, ...change };
        set(name, next);
        return next;
      },
    };
  }

  /** Has every change of a kind's records told, one watcher a kind; `former` is undefined for a new one. */
  watch<Value>(kind: string, told: (next: Value, former: Value | undefined) => void): void {
    this.#watchers.set(kind, told as (next: unknown, former: unknown) => void);
  }

  close(): void {
    for (const journal of this.#journals) journal.close();
  }
}

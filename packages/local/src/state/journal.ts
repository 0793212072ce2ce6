import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { StateDirUnusableError } from "../errors.js";

/** Lines beyond the live ones before a journal is rewritten. */
const SLACK_LINES = 10_000;

/**
 * A map on disk: every change is one JSON line appended to a file before the map changes, so a
 * server killed at any moment finds all it had acknowledged. A torn last line is dropped.
 *
 * The bytes are handed to the kernel, not forced to the disk: they survive the death of the
 * process, not a loss of power.
 */
export class Journal<Value> {
  readonly #path: string;
  readonly #values = new Map<string, Value>();
  #file: number;
  #lines = 0;

  constructor(path: string) {
    this.#path = path;
    this.#file = openSync(path, "a+");
    this.#load();
  }

  /** The live values by key, in no particular order. */
  get values(): ReadonlyMap<string, Value> {
    return this.#values;
  }

  set(key: string, value: Value): void {
    this.#append({ k: key, v: value });
    this.#values.set(key, value);
  }

  delete(key: string): void {
    if (!this.#values.has(key)) return;
    this.#append({ k: key });
    this.#values.delete(key);
  }

  close(): void {
    closeSync(this.#file);
  }

  #append(line: { k: string; v?: Value }): void {
    if (this.#lines > 2 * this.#values.size + SLACK_LINES) this.#compact();
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    let done = 0;
    try {
      while (done < bytes.length) done += writeSync(this.#file, bytes, done);
    } catch (error) {
      // A disk that is full took the beginning of the line: the next one must not be joined to it.
      if (done > 0) ftruncateSync(this.#file, fstatSync(this.#file).size - done);
      throw error;
    }
    this.#lines++;
  }

  #load(): void {
    const text = readFileSync(this.#path, "utf8");
    const lines = text.split("\n");
    const torn = lines.pop() !== "";
    for (const [index, line] of lines.entries()) {
      const entry = this.#parse(line, index + 1);
      if (entry.v === undefined) this.#values.delete(entry.k);
      else this.#values.set(entry.k, entry.v);
    }
    this.#lines = lines.length;
    if (torn || this.#lines > 2 * this.#values.size + 100) this.#compact();
  }

  #parse(line: string, number: number): { k: string; v?: Value } {
    try {
      return JSON.parse(line) as { k: string; v?: Value };
    } catch (cause) {
      closeSync(this.#file);
      throw new StateDirUnusableError(
        `Line ${number} of ${this.#path} is not JSON: something else than this server wrote it, or the disk lost it. Remove that line, or use another state directory.`,
        { cause },
      );
    }
  }

  #compact(): void {
    const fresh = `${this.#path}.new`;
    let text = "";
    for (const [k, v] of this.#values) text += `${JSON.stringify({ k, v })}\n`;
    writeFileSync(fresh, text);
    const file = openSync(fresh, "a+");
    fsyncSync(file);
    renameSync(fresh, this.#path);
    closeSync(this.#file);
    this.#file = file;
    this.#lines = this.#values.size;
  }
}

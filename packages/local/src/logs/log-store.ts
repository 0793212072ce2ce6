import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import path from "node:path";

/** A log line with its time, ms since 1970. */
export interface LogEvent {
  readonly timestamp: number;
  readonly message: string;
}

/** Appends to one log stream. */
export interface LogWriter {
  write(message: string): void;
  close(): void;
}

/** CloudWatch log groups as folders, log streams as files of JSON lines. */
export class LogStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** Opens a stream for appending, creating it and its group. */
  open(group: string, stream: string): LogWriter {
    mkdirSync(this.#groupFolder(group), { recursive: true });
    let file: number | undefined = openSync(this.#streamFile(group, stream), "a");
    return {
      write(message) {
        if (file !== undefined) writeSync(file, `${JSON.stringify([Date.now(), message])}\n`);
      },
      close() {
        if (file !== undefined) closeSync(file);
        file = undefined;
      },
    };
  }

  groups(): string[] {
    return readdirSync(this.#folder).map(decodeURIComponent).sort();
  }

  /** Names of a group's streams; undefined when there is no such group. */
  streams(group: string): string[] | undefined {
    try {
      return readdirSync(this.#groupFolder(group))
        .map((name) => decodeURIComponent(name.replace(/\.jsonl$/, "")))
        .sort();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  /** A stream's events in the order written; undefined when there is no such stream. */
  events(group: string, stream: string): LogEvent[] | undefined {
    let text: string;
    try {
      text = readFileSync(this.#streamFile(group, stream), "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    const lines = text.split("\n");
    // What follows the last line end is empty, or a line that a killed server did not finish.
    lines.pop();
    return lines.map((line) => {
      const [timestamp, message] = JSON.parse(line) as [number, string];
      return { timestamp, message };
    });
  }

  deleteGroup(group: string): void {
    rmSync(this.#groupFolder(group), { recursive: true, force: true });
  }

  #groupFolder(group: string): string {
    return path.join(this.#folder, encodeURIComponent(group));
  }

  #streamFile(group: string, stream: string): string {
    return path.join(this.#groupFolder(group), `${encodeURIComponent(stream)}.jsonl`);
  }
}

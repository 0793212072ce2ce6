import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, readSync, rmSync, writeSync } from "node:fs";
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

/** A stream's events as far as they have been read. */
interface ReadStream {
  readonly events: LogEvent[];
  /** Where in the file the next line begins. */
  offset: number;
}

/** Streams whose events are kept in memory: those that somebody follows are asked for again and again. */
const MAX_CACHED_STREAMS = 20;

/** CloudWatch log groups as folders, log streams as files of JSON lines. */
export class LogStore {
  readonly #folder: string;
  readonly #cache = new Map<string, ReadStream>();

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

  /** A stream's events in the order written; undefined when there is no such stream. Only what is new is read. */
  events(group: string, stream: string): readonly LogEvent[] | undefined {
    const name = this.#streamFile(group, stream);
    let file: number;
    try {
      file = openSync(name, "r");
    } catch (error) {
      this.#cache.delete(name);
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    try {
      const { size } = fstatSync(file);
      let known = this.#cache.get(name);
      // A file that is shorter than before is another one: its group was deleted and made anew.
      if (known === undefined || known.offset > size) known = { events: [], offset: 0 };
      readLines(file, size, known);
      this.#remember(name, known);
      return known.events;
    } finally {
      closeSync(file);
    }
  }

  deleteGroup(group: string): void {
    rmSync(this.#groupFolder(group), { recursive: true, force: true });
  }

  #remember(name: string, stream: ReadStream): void {
    // A map keeps the order of insertion: the first one is the one not asked for longest.
    this.#cache.delete(name);
    this.#cache.set(name, stream);
    if (this.#cache.size <= MAX_CACHED_STREAMS) return;
    const [oldest] = this.#cache.keys();
    if (oldest !== undefined) this.#cache.delete(oldest);
  }

  #groupFolder(group: string): string {
    return path.join(this.#folder, encodeURIComponent(group));
  }

  #streamFile(group: string, stream: string): string {
    return path.join(this.#groupFolder(group), `${encodeURIComponent(stream)}.jsonl`);
  }
}

/** Adds the whole lines between the stream's offset and `size`. A line that is not finished waits. */
function readLines(file: number, size: number, stream: ReadStream): void {
  if (size === stream.offset) return;
  const bytes = Buffer.alloc(size - stream.offset);
  const read = bytes.subarray(0, readSync(file, bytes, 0, bytes.length, stream.offset));
  const end = read.lastIndexOf(10) + 1;
  for (const line of read.toString("utf8", 0, end).split("\n")) {
    if (line === "") continue;
    const [timestamp, message] = JSON.parse(line) as [number, string];
    stream.events.push({ timestamp, message });
  }
  stream.offset += end;
}

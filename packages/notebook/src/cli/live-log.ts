import { basename } from "node:path";
import type { Output } from "../notebook-file/format.js";
import { outputText } from "../report/output-text.js";
import { formatSeconds } from "../run/durations.js";
import type { RunEvent } from "../run/result.js";

/** How often a display that changes in place is written anew, in milliseconds: a log has no place to redraw. */
const redrawMs = 2_000;

interface Redraw {
  printedAt: number;
  printed: string;
  waiting: string | undefined;
}

/** Writes what a run does as plain lines, for terminals and build logs. */
export class LiveLog {
  readonly #write: (text: string) => void;
  readonly #names: boolean;
  readonly #rests = new Map<string, string>();
  readonly #redraws = new Map<string, Redraw>();

  /** @param options.names puts the notebook's name before each line, for parallel runs. */
  constructor(write: (text: string) => void, options: { readonly names: boolean }) {
    this.#write = write;
    this.#names = options.names;
  }

  add(event: RunEvent): void {
    const { path } = event;
    if (event.kind === "output") this.#output(path, event.output, event.displayId);
    else if (event.kind === "kernel-text") this.#stream(path, "kernel", event.text);
    else if (event.kind === "kernel-ready") {
      const cells = `${event.codeCells} code cell${event.codeCells === 1 ? "" : "s"}`;
      this.#line(path, `${path}: kernel ready in ${formatSeconds(event.seconds)}, ${cells}`);
    } else if (event.kind === "cell-start") {
      this.#line(path, `[${event.number}/${event.codeCells}] ${event.title}`);
    } else {
      this.#flush(path);
      const { number, status, seconds, title } = event.result;
      const name = status === "skipped" ? ` ${title}:` : "";
      this.#line(path, `[${number}/${event.codeCells}]${name} ${status}, ${formatSeconds(seconds)}`);
    }
  }

  #output(path: string, output: Output, displayId: string | undefined): void {
    if (output.output_type === "stream") {
      this.#stream(path, output.name, output.text);
    } else if (displayId !== undefined) {
      this.#redraw(path, displayId, outputText(output));
    } else {
      this.#flush(path);
      this.#body(path, outputText(output));
    }
  }

  #redraw(path: string, id: string, text: string): void {
    const key = `${path}\0${id}`;
    const redraw = this.#redraws.get(key) ?? {
      printedAt: performance.now(),
      printed: "",
      waiting: undefined,
    };
    this.#redraws.set(key, redraw);
    redraw.waiting = text;
    if (performance.now() - redraw.printedAt >= redrawMs) this.#print(path, redraw);
  }

  #print(path: string, redraw: Redraw): void {
    if (redraw.waiting !== undefined && redraw.waiting !== redraw.printed) this.#body(path, redraw.waiting);
    redraw.printed = redraw.waiting ?? redraw.printed;
    redraw.waiting = undefined;
    redraw.printedAt = performance.now();
  }

  /** Prints whole lines; a rest waits for its end. */
  #stream(path: string, name: string, text: string): void {
    const key = `${path}\0${name}`;
    const all = (this.#rests.get(key) ?? "") + text;
    const end = all.lastIndexOf("\n");
    this.#rests.set(key, all.slice(end + 1));
    if (end >= 0) this.#body(path, all.slice(0, end));
  }

  #flush(path: string): void {
    for (const [key, rest] of this.#rests) {
      if (!key.startsWith(`${path}\0`) || rest === "") continue;
      this.#rests.delete(key);
      this.#body(path, rest);
    }
    for (const [key, redraw] of this.#redraws) {
      if (key.startsWith(`${path}\0`)) this.#print(path, redraw);
    }
  }

  #body(path: string, text: string): void {
    const prefix = this.#names ? `${basename(path)}   | ` : "  | ";
    // Only at \n: a bar redrawn with \r stays one line.
    const lines = text.replace(/\n$/, "").replaceAll("\n", `\n${prefix}`);
    this.#write(`${prefix}${lines}\n`);
  }

  #line(path: string, text: string): void {
    this.#write(this.#names && !text.startsWith(path) ? `${basename(path)} ${text}\n` : `${text}\n`);
  }
}

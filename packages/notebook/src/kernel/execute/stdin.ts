import { Readable } from "node:stream";

/** Who answers when a cell asks for input. */
export interface InputSource {
  /** Whether there is anybody. */
  allowed(): boolean;
  /** Sends a question; the answer comes to `StdinStream.answer`. */
  request(prompt: string): void;
  /** Sends a question and sleeps until it is answered. */
  requestAndWait(prompt: string): string;
  /** What was printed last and has no line's end: a question, to be asked where the answer is typed. */
  takePrompt(): string;
}

/** How long a reader has to ask its question after it began to read, in milliseconds: readline reads first. */
const questionMs = 20;

const nobody =
  "A cell asked for input, and there is nobody to give it: in a headless run give it as a parameter (-p name=value).";

/** `process.stdin` of a kernel: each read asks the front end for a line. */
export class StdinStream extends Readable {
  /** Libraries ask a terminal for more than lines. */
  readonly isTTY = false;
  readonly fd = 0;
  readonly #source: InputSource;
  #asking = false;

  constructor(source: InputSource) {
    super({ encoding: "utf8" });
    this.#source = source;
  }

  override _read(): void {
    if (this.#asking) return;
    this.#asking = true;
    setTimeout(() => {
      // Whoever began to read may have stopped again.
      if (this.readableFlowing === false) {
        this.#asking = false;
        this.once("resume", () => this._read());
      } else if (this.#source.allowed()) this.#source.request(this.#source.takePrompt());
      else {
        this.#asking = false;
        this.emit("error", new Error(nobody));
      }
    }, questionMs);
  }

  /** Takes a line that was typed. */
  answer(line: string): void {
    this.#asking = false;
    this.push(`${line}\n`);
  }
}

/** Gives cells `process.stdin` and `prompt()`. */
export function offerInput(source: InputSource): StdinStream {
  const stdin = new StdinStream(source);
  Object.defineProperty(process, "stdin", { configurable: true, enumerable: true, get: () => stdin });
  const prompt = (message = "", defaultValue = "") => {
    if (!source.allowed()) throw new Error(nobody);
    const line = source.requestAndWait(source.takePrompt() + (message === "" ? "" : `${message} `));
    return line === "" ? (defaultValue === "" ? null : defaultValue) : line;
  };
  Object.defineProperty(globalThis, "prompt", { configurable: true, writable: true, value: prompt });
  return stdin;
}

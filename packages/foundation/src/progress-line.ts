/** Where progress is shown: `process.stderr` fits, and so does a command's `CliIO` by {@link progressTarget}. */
export interface ProgressTarget {
  /** Whether it is a terminal, where a line can be drawn over. */
  readonly isTTY?: boolean;
  /** Its width in characters. Default 80. */
  readonly columns?: number;
  write(text: string): unknown;
}

/** The part of a command's surroundings that progress is shown on. */
export function progressTarget(io: {
  readonly err: (text: string) => void;
  readonly terminal: boolean;
  readonly columns: number;
}): ProgressTarget {
  return {
    isTTY: io.terminal,
    get columns() {
      return io.columns;
    },
    write: io.err,
  };
}

/** How often a terminal is drawn on, in milliseconds. */
const DRAW_MS = 100;
/** How often a line is written where there is no terminal: logs are kept. */
const LINE_MS = 5000;
/** Characters of the bar. */
const BAR = 24;

/** How far long work is: one line drawn over on a terminal, elsewhere a line now and then. */
export class ProgressLine {
  readonly #target: ProgressTarget;
  #drawn = false;
  #last: number;
  #shown = "";

  constructor(target: ProgressTarget) {
    this.#target = target;
    this.#last = target.isTTY === true ? Number.NEGATIVE_INFINITY : performance.now();
  }

  /**
   * Shows how far it is.
   *
   * @param text the counts: "120 of 2243 images, 310 images/s, 7 s left"
   * @param share what is done, from 0 to 1; a bar is drawn where it is known
   */
  show(text: string, share?: number): void {
    const terminal = this.#target.isTTY === true;
    const now = performance.now();
    if (text === this.#shown || now - this.#last < (terminal ? DRAW_MS : LINE_MS)) return;
    this.#last = now;
    this.#shown = text;
    const done = share === undefined ? undefined : Math.min(1, Math.max(0, share));
    const percent = done === undefined ? "" : `${Math.floor(done * 100)} %  `;
    if (!terminal) {
      this.#target.write(`${percent}${text}\n`);
      return;
    }
    const bar = done === undefined ? "" : `[${"#".repeat(Math.round(done * BAR)).padEnd(BAR, ".")}] `;
    const line = `${bar}${percent}${text}`.slice(0, (this.#target.columns ?? 80) - 1);
    this.#target.write(`\r\u001b[K${line}`);
    this.#drawn = true;
  }

  /** Writes a line that stays. */
  note(text: string): void {
    this.clear();
    this.#target.write(`${text}\n`);
  }

  /** Takes the drawn line away. */
  clear(): void {
    if (this.#drawn) this.#target.write("\r\u001b[K");
    this.#drawn = false;
    this.#shown = "";
  }
}

/** Time for people: `7 s`, `2:03`, `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

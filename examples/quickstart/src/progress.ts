import type { RunEvent } from "@sightline/notebook";
import type { NotebookTask } from "./notebook-run.js";
import { sectionOf } from "./section.js";

/** Where progress is shown: `process.stderr` fits. */
export interface ProgressTarget {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Something that was done, and how long it took. */
export interface Step {
  /** "Process and upload, split by subject: Pack into RecordIO". */
  readonly name: string;
  readonly seconds: number;
}

const barWidth = 24;

/**
 * Shows steps while they go, a bar on a terminal and plain lines elsewhere, and keeps their times. Notebooks may run at
 * once: the steps of one are written when it has ended, so that they stand together.
 */
export class Progress {
  readonly #target: ProgressTarget;
  readonly #began = performance.now();
  readonly #steps: Step[] = [];
  readonly #notebooks = new Map<NotebookTask, Step[]>();

  constructor(target: ProgressTarget) {
    this.#target = target;
  }

  /** The steps so far, those of a notebook together. */
  get steps(): readonly Step[] {
    return this.#steps;
  }

  /** Since the beginning; less than the steps' sum where two ran at once. */
  get seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  /** Runs `work` as a step of its own. */
  async step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const started = performance.now();
    this.#draw(name, 0, "");
    try {
      const result = await work();
      this.#done({ name, seconds: (performance.now() - started) / 1000 });
      return result;
    } finally {
      this.clear();
    }
  }

  /** Takes what a running notebook tells. A section of the notebook is a step; a cell without a section's name belongs to the one before. */
  notebook(task: NotebookTask, event: RunEvent): void {
    switch (event.kind) {
      case "kernel-ready":
        this.#notebooks.set(task, [{ name: "Start the kernel", seconds: event.seconds }]);
        return;
      case "cell-start":
        this.#draw(sectionOf(event.title), (event.number - 1) / event.codeCells, "");
        return;
      case "output": {
        const text =
          event.output.output_type === "display_data" ? event.output.data["text/plain"] : undefined;
        if (typeof text === "string" && event.displayId !== undefined) this.#note(text);
        return;
      }
      case "cell-end":
        this.#cellEnd(
          task,
          event.result.title,
          event.result.seconds,
          event.result.number === event.codeCells,
        );
        return;
      case "kernel-text":
        return;
    }
  }

  /** Takes the bar away. */
  clear(): void {
    if (this.#drawn !== undefined && this.#target.isTTY === true) this.#target.write("\r\u001b[K");
    this.#drawn = undefined;
  }

  #drawn: { readonly name: string; readonly share: number } | undefined;

  /** Cells of one section are one step. */
  #cellEnd(task: NotebookTask, cellTitle: string, seconds: number, last: boolean): void {
    const name = sectionOf(cellTitle);
    const steps = this.#notebooks.get(task) ?? [];
    this.#notebooks.set(task, steps);
    const before = steps.at(-1);
    if (before?.name === name) steps.splice(-1, 1, { name, seconds: before.seconds + seconds });
    else steps.push({ name, seconds });
    if (!last) return;
    this.#notebooks.delete(task);
    this.#line(task.title);
    for (const step of steps) this.#done(step, `${task.title}: `);
  }

  #done({ name, seconds }: Step, group = ""): void {
    this.#steps.push({ name: `${group}${name}`, seconds });
    const time = `${seconds.toFixed(1)} s`.padStart(8);
    this.#line(`${time}  ${name}`);
  }

  #note(text: string): void {
    if (this.#drawn !== undefined) this.#draw(this.#drawn.name, this.#drawn.share, text.split("\n").at(-1)!);
  }

  #draw(name: string, share: number, note: string): void {
    this.#drawn = { name, share };
    if (this.#target.isTTY !== true) return;
    const bar = "#".repeat(Math.round(share * barWidth)).padEnd(barWidth, ".");
    const text = `  [${bar}] ${name}${note === "" ? "" : `  ${note}`}`;
    this.#target.write(`\r\u001b[K${text.slice(0, (this.#target.columns ?? 80) - 1)}`);
  }

  #line(text: string): void {
    this.clear();
    this.#target.write(`${text}\n`);
  }
}

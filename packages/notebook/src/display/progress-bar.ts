import { escapeHtml } from "@sightline/foundation/escape";
import { type LiveDisplay, type MimeBundle, showLive } from "./host.js";
import { theme } from "./theme.js";

/** How often a bar is drawn anew at most, in milliseconds: front ends and logs need no more. */
const redrawMs = 100;

/** What a progress bar says. */
export interface ProgressOptions {
  /** Text before the bar. */
  readonly label: string;
  /** Units of the whole work. Left out: unknown, the bar only counts. */
  readonly total?: number;
  /** Name of the units, plural: "images", "frames". */
  readonly unit?: string;
}

/** A bar that grows in place under its cell. */
export interface ProgressBar {
  /** Sets what is done, in units; `note` is shown behind it, and a new `total` when it is known better. */
  update(done: number, note?: string, total?: number): void;
  /** Draws the bar for the last time. */
  finish(note?: string): void;
  /** Marks the bar as failed. */
  fail(note: string): void;
}

/**
 * Shows a progress bar.
 * @example
 * const bar = showProgress({ label: "Packing", total: images.length, unit: "images" });
 * for (const [at, image] of images.entries()) { await pack(image); bar.update(at + 1); }
 * bar.finish();
 */
export function showProgress(options: ProgressOptions): ProgressBar {
  const started = performance.now();
  const state = {
    ...options,
    done: 0,
    note: "",
    status: "running" as "running" | "done" | "failed",
    seconds: 0,
  };
  const display: LiveDisplay = showLive(draw(state));
  let drawnAt = performance.now();
  const redraw = () => {
    drawnAt = performance.now();
    state.seconds = (drawnAt - started) / 1_000;
    display.update(draw(state));
  };
  return {
    update(done, note = state.note, total = state.total) {
      Object.assign(state, { done, note, total });
      if (performance.now() - drawnAt >= redrawMs) redraw();
    },
    finish(note = state.note) {
      Object.assign(state, { status: "done", note, done: state.total ?? state.done });
      redraw();
    },
    fail(note) {
      Object.assign(state, { status: "failed", note });
      redraw();
    },
  };
}

/** Long work of these packages: iterated it tells of itself while it goes, awaited it gives its result. */
export type FollowedWork<Event, Result> = AsyncIterable<Event> & PromiseLike<Result>;

/**
 * Follows long work to its end with a progress bar, and returns its result.
 * @param read tells from an event what is done, of how much, and a note; undefined leaves the bar.
 * @throws whatever the work throws; the bar then shows it.
 * @example
 * const packing = packRecordIO(list, { output: "out/train" });
 * const result = await followProgress(packing, { label: "Packing", unit: "images" }, (event) =>
 *   event.kind === "progress" ? { done: event.done, total: event.total } : undefined,
 * );
 */
export async function followProgress<Event, Result>(
  work: FollowedWork<Event, Result>,
  options: ProgressOptions,
  read: (
    event: Event,
  ) => { readonly done?: number; readonly total?: number; readonly note?: string } | undefined,
): Promise<Result> {
  const bar = showProgress(options);
  let done = 0;
  let total = options.total;
  try {
    for await (const event of work) {
      const seen = read(event);
      if (seen === undefined) continue;
      done = seen.done ?? done;
      total = seen.total ?? total;
      bar.update(done, seen.note, total);
    }
    const value = await work;
    bar.finish();
    return value;
  } catch (error) {
    bar.fail(error instanceof Error ? error.message : String(error));
    throw error;
  }
}

interface BarState {
  /** Text before the bar. */
  readonly label: string;
  readonly total?: number | undefined;
  readonly unit?: string;
  readonly done: number;
  readonly note: string;
  readonly status: "running" | "done" | "failed";
  readonly seconds: number;
}

function draw(state: BarState): MimeBundle {
  const { label, total, unit = "", done, note, status, seconds } = state;
  const share = total === undefined || total === 0 ? (status === "done" ? 1 : 0) : Math.min(1, done / total);
  // Work that is not counted at all only has a time.
  const uncounted = total === undefined && unit === "";
  const amount = total === undefined ? `${count(done)} ${unit}` : `${count(done)} of ${count(total)} ${unit}`;
  const counted = uncounted ? "" : amount;
  const time = `${seconds.toFixed(1)} s`;
  const words = [counted.trim(), status === "running" && !uncounted ? "" : time, note].filter(
    (part) => part !== "",
  );
  const colour = status === "failed" ? theme.bad : status === "done" ? theme.good : theme.accent;
  const track = `display:inline-block;width:220px;height:8px;border-radius:4px;background:${theme.line};overflow:hidden`;
  const fill = `display:block;height:100%;width:${(100 * share).toFixed(1)}%;background:${colour}`;
  const style = `${theme.font};color:${theme.ink};display:flex;gap:12px;align-items:center;font-variant-numeric:tabular-nums`;
  const text = `<span style="color:${theme.soft}">${escapeHtml(words.join(" · "))}</span>`;
  const html = `<div style="${style}"><span style="min-width:11em">${escapeHtml(label)}</span><span style="${track}"><i style="${fill}"></i></span>${text}</div>`;
  const percent = total === undefined ? "" : ` ${Math.floor(100 * share)} %`;
  const failed = status === "failed" ? " failed" : "";
  return { "text/html": html, "text/plain": `${label}:${percent}${failed} (${words.join(", ")})` };
}

const count = (value: number) => (Number.isInteger(value) ? value.toLocaleString("en-US") : value.toFixed(1));

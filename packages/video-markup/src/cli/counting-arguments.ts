import { type OptionValues, UsageError } from "@sightline/foundation/command-line";
import { choiceOption } from "@sightline/foundation/option-values";
import { anchors, type SourcePoint } from "../analytics/anchor.js";
import type { CountingLine } from "../analytics/line-counter.js";
import type { CountingZone } from "../analytics/zone-counter.js";

/** Lines and zones to count at; each is left out where the command line names none. */
export interface Counting {
  readonly lines?: readonly CountingLine[];
  readonly zones?: readonly CountingZone[];
}

/**
 * Reads `--line NAME=X1,Y1,X2,Y2[,FRAMES]`, `--zone NAME=X1,Y1,X2,Y2,X3,Y3,...` and `--anchor`.
 *
 * @throws {UsageError} with what is wrong and how it is written
 */
export function readCounting(values: OptionValues): Counting {
  const { line = [], zone = [] } = values as {
    readonly line?: readonly string[];
    readonly zone?: readonly string[];
  };
  const anchor = choiceOption(values, "anchor", anchors);
  if (anchor !== undefined && line.length + zone.length === 0) {
    throw new UsageError("--anchor is for lines and zones: give --line or --zone");
  }
  const which = anchor === undefined ? {} : { anchor };
  const lines = line.map((text) => ({ ...readLine(text), ...which }));
  const zones = zone.map((text) => ({ ...readZone(text), ...which }));
  for (const kind of [lines, zones]) requireOneOfEach(kind.map(({ name }) => name));
  return { ...(lines.length > 0 && { lines }), ...(zones.length > 0 && { zones }) };
}

function readLine(text: string): CountingLine {
  const form = "write NAME=X1,Y1,X2,Y2 in pixels, and a comma and frames behind it for a threshold";
  const { name, numbers } = split(text, "--line", form);
  const [x1, y1, x2, y2, threshold] = numbers;
  if (numbers.length !== 4 && numbers.length !== 5) throw new UsageError(`--line is "${text}"; ${form}`);
  const from: SourcePoint = [x1!, y1!];
  const to: SourcePoint = [x2!, y2!];
  if (from[0] === to[0] && from[1] === to[1]) throw new UsageError(`--line ${name} has no length`);
  if (threshold === undefined) return { name, from, to };
  if (!(Number.isInteger(threshold) && threshold >= 1)) {
    throw new UsageError(
      `--line ${name} has a threshold of ${threshold}; it is a whole number of frames from 1`,
    );
  }
  return { name, from, to, threshold };
}

function readZone(text: string): CountingZone {
  const form = "write NAME=X1,Y1,X2,Y2,X3,Y3 in pixels, with three corners or more";
  const { name, numbers } = split(text, "--zone", form);
  if (numbers.length < 6 || numbers.length % 2 !== 0) throw new UsageError(`--zone is "${text}"; ${form}`);
  const polygon = Array.from({ length: numbers.length / 2 }, (_, n): SourcePoint => {
    return [numbers[2 * n]!, numbers[2 * n + 1]!];
  });
  return { name, polygon };
}

function split(text: string, option: string, form: string): { name: string; numbers: number[] } {
  const at = text.indexOf("=");
  const numbers = text
    .slice(at + 1)
    .split(",")
    .map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (at < 1 || !numbers.every(Number.isFinite)) throw new UsageError(`${option} is "${text}"; ${form}`);
  return { name: text.slice(0, at), numbers };
}

/** Counts are answered by name. */
function requireOneOfEach(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UsageError(`"${twice}" is given twice; counts go by name`);
}

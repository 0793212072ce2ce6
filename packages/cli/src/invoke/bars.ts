import type { ClassProbability } from "@sightline/sdk";

/** Characters of a bar at probability 1. */
const WIDTH = 30;
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/**
 * Classes with their probabilities as bars.
 *
 * @example
 * ```ts
 * bars([{ classId: 1, className: "texting", probability: 0.5 }]); // "  texting  ███████████████                 50.0 %\n"
 * ```
 */
export function bars(classes: readonly ClassProbability[]): string {
  const widest = Math.max(...classes.map(({ className }) => className.length));
  return classes
    .map(({ className, probability }) => {
      const eighths = Math.round(Math.min(1, Math.max(0, probability)) * WIDTH * 8);
      const bar = `${"█".repeat(Math.floor(eighths / 8))}${EIGHTHS[eighths % 8]}`.padEnd(WIDTH);
      return `  ${className.padEnd(widest)}  ${bar}  ${(100 * probability).toFixed(1).padStart(5)} %\n`;
    })
    .join("");
}

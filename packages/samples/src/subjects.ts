import type { SeededRandom } from "./seeded-random.js";

/** The hand of one subject: everything that makes this subject's drawings alike, whatever is drawn. */
export interface Subject {
  readonly id: string;
  readonly background: string;
  readonly pattern: "plain" | "dots" | "ruled" | "grid" | "hatched";
  readonly patternColour: string;
  readonly inks: readonly string[];
  /** Pixels in a picture of 128 x 128. */
  readonly strokeWidth: number;
  readonly fill: boolean;
  readonly dashed: boolean;
  /** How far a point strays, as a share of the drawing's size. */
  readonly wobble: number;
  readonly slantDegrees: number;
  /** Where this subject tends to draw, as a share of the picture's side. */
  readonly offset: readonly [x: number, y: number];
}

const papers = [
  { background: "#fdf6e3", patternColour: "#e3d7b4", inks: ["#1f2a44", "#2d3f6b"] },
  { background: "#1e3b32", patternColour: "#2b5145", inks: ["#f3f1e7", "#f6e7a8"] },
  { background: "#ffffff", patternColour: "#c9dcf2", inks: ["#b3202c", "#d1495b"] },
  { background: "#f4d6c6", patternColour: "#e6b9a1", inks: ["#5b2a86", "#7b3fb0"] },
  { background: "#20232b", patternColour: "#343946", inks: ["#7bdff2", "#b2f7ef"] },
  { background: "#e6efe0", patternColour: "#c2d5b4", inks: ["#1f6b3a", "#3c8d53"] },
  { background: "#cfe3f7", patternColour: "#a9c9ea", inks: ["#0b3c5d", "#f26419"] },
  { background: "#f7e27a", patternColour: "#e7cb49", inks: ["#111111", "#6b1d1d"] },
  { background: "#d9d4dc", patternColour: "#bdb4c2", inks: ["#7a1f5c", "#2f2f2f"] },
  { background: "#7c3f2c", patternColour: "#8d4f3a", inks: ["#ffe8d6", "#ffd166"] },
];
const patterns = ["plain", "dots", "ruled", "grid", "hatched"] as const;

/**
 * Subject number `index` (0-based): paper and pattern go by the number, so that
 * neighbours never share them; stroke, slant and place are drawn from `random`.
 */
export function subject(index: number, random: SeededRandom): Subject {
  const paper = papers[index % papers.length]!;
  return {
    ...paper,
    id: `s${String(index + 1).padStart(2, "0")}`,
    pattern: patterns[(index * 3 + 1) % patterns.length]!,
    strokeWidth: random.between(3, 8),
    fill: index % 3 === 1,
    dashed: index % 4 === 3,
    wobble: random.between(0.01, 0.07),
    slantDegrees: random.between(-14, 14),
    offset: [random.between(-0.08, 0.08), random.between(-0.08, 0.08)],
  };
}

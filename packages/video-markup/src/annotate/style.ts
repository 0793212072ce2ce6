import type { CountingLine } from "../analytics/line-counter.js";
import type { CountingZone } from "../analytics/zone-counter.js";
import type { Detection, Size } from "../detection.js";
import { defaultPalette, parseColor, type Rgb } from "./color.js";

/** What can be drawn, and the order that `annotate` is best written in: what hides goes first. */
export const annotationKinds = [
  "blur",
  "pixelate",
  "heat-map",
  "mask",
  "polygon",
  "box",
  "corner",
  "ellipse",
  "pose",
  "trace",
  "label",
] as const;

/**
 * One thing to draw:
 * - `blur`, `pixelate`: make what is inside the box unreadable (privacy);
 * - `heat-map`: where objects have been so far;
 * - `mask`, `polygon`: the instance mask filled, its outline (the box where there is no mask);
 * - `box`, `corner`, `ellipse`: the box, its corners only, an ellipse at its foot; rotated boxes as they lie;
 * - `pose`: keypoints, and COCO's skeleton for 17 of them;
 * - `trace`: the way a tracked object came;
 * - `label`: class name, track id and confidence.
 */
export type AnnotationKind = (typeof annotationKinds)[number];

/** How frames are marked up. */
export interface AnnotationStyle {
  /** What to draw, in this order. Default `["mask", "box", "label"]`; masks appear where the model gives them. */
  readonly annotate?: readonly AnnotationKind[];
  /** Colours as #rrggbb, taken in turn by class id (or track id). Default: 16 colours far apart. */
  readonly palette?: readonly string[];
  /** Colours of single classes by name, as #rrggbb; they win over the palette. */
  readonly classColors?: Readonly<Record<string, string>>;
  /** What the palette goes by. Default `class`. */
  readonly colorBy?: "class" | "track";
  /** Line width in pixels. Default: 2 up to 800 rows, then 2 more for each further 540. */
  readonly thickness?: number;
  /** Em of the label text in pixels. Default: a 40th of the shorter side, at least 12. */
  readonly textSize?: number;
  /** Write the confidence on labels. Default true. */
  readonly confidence?: boolean;
  /** Write the track id on labels. Default true. */
  readonly trackIds?: boolean;
  /** Opacity of filled masks, 0 to 1. Default 0.45. */
  readonly maskOpacity?: number;
  /** Opacity of the hottest place of the heat map, 0 to 1. Default 0.6. */
  readonly heatOpacity?: number;
  /** Seconds of the way that a trace shows. Default 2. */
  readonly traceSeconds?: number;
  /** Side of a pixelated cell as a share of the box's shorter side, 0 to 1. Default 0.12. */
  readonly pixelateCell?: number;
  /** Radius of the blur as a share of the box's shorter side, 0 to 1. Default 0.15. */
  readonly blurRadius?: number;
  /** Only these classes, by name, are blurred and pixelated. Default: all. */
  readonly hideClasses?: readonly string[];
  /** Lines drawn over all else, with the tracked objects that have crossed them so far. Default: none. */
  readonly lines?: readonly CountingLine[];
  /** Zones drawn over all else, with who is in them now, and the tracked objects that have been. Default: none. */
  readonly zones?: readonly CountingZone[];
}

/**
 * How far back drawing a frame must know what was found: seconds, infinite for what gathers from the start on, 0 where a
 * frame is drawn by itself.
 */
export function historySeconds({ annotate, traceSeconds, lines, zones }: AnnotationStyle): number {
  const gathers = annotate?.includes("heat-map") || (lines?.length ?? 0) > 0 || (zones?.length ?? 0) > 0;
  if (gathers) return Number.POSITIVE_INFINITY;
  return annotate?.includes("trace") ? (traceSeconds ?? TRACE_SECONDS) : 0;
}

/**
 * Who crosses a line is told by who it was before.
 *
 * @throws TypeError for a style with lines where nothing is tracked
 */
export function requireTracks({ lines = [] }: AnnotationStyle, tracked: boolean): void {
  if (lines.length === 0 || tracked) return;
  throw new TypeError(`The line "${lines[0]!.name}" counts objects that are followed: give track: true too.`);
}

/** Seconds of the way that a trace shows unless the style says so. */
const TRACE_SECONDS = 2;

/** A style with every choice made for one frame size. */
export interface ResolvedStyle
  extends Required<Omit<AnnotationStyle, "palette" | "classColors" | "hideClasses">> {
  readonly colorOf: (detection: Detection) => Rgb;
  readonly hides: (detection: Detection) => boolean;
}

/**
 * Fills in the defaults for frames of `size`.
 *
 * @throws RangeError for an unknown kind, a malformed colour, an empty palette or a share outside 0 to 1.
 */
export function resolveStyle(style: AnnotationStyle, size: Size): ResolvedStyle {
  const shorter = Math.min(size.width, size.height);
  for (const kind of style.annotate ?? []) {
    if (!annotationKinds.includes(kind)) {
      throw new RangeError(`"${kind}" cannot be drawn; choose from ${annotationKinds.join(", ")}.`);
    }
  }
  const colors = (style.palette ?? defaultPalette).map(parseColor);
  if (colors.length === 0) throw new RangeError("The palette is empty; give it one colour at least.");
  const named = new Map(
    Object.entries(style.classColors ?? {}).map(([name, text]) => [name, parseColor(text)]),
  );
  const byTrack = style.colorBy === "track";
  const hidden = style.hideClasses && new Set(style.hideClasses);
  return {
    annotate: style.annotate ?? ["mask", "box", "label"],
    colorBy: style.colorBy ?? "class",
    thickness: style.thickness ?? 2 + 2 * Math.max(0, Math.floor((shorter - 260) / 540)),
    textSize: style.textSize ?? Math.max(12, Math.round(shorter / 40)),
    confidence: style.confidence ?? true,
    trackIds: style.trackIds ?? true,
    maskOpacity: share("maskOpacity", style.maskOpacity ?? 0.45),
    heatOpacity: share("heatOpacity", style.heatOpacity ?? 0.6),
    traceSeconds: style.traceSeconds ?? TRACE_SECONDS,
    pixelateCell: share("pixelateCell", style.pixelateCell ?? 0.12),
    blurRadius: share("blurRadius", style.blurRadius ?? 0.15),
    colorOf: (detection) => {
      const index = byTrack ? (detection.trackId ?? detection.classId) : detection.classId;
      return named.get(detection.className) ?? colors[index % colors.length]!;
    },
    lines: style.lines ?? [],
    zones: style.zones ?? [],
    hides: (detection) => !hidden || hidden.has(detection.className),
  };
}

function share(name: string, value: number): number {
  if (!(value >= 0 && value <= 1)) throw new RangeError(`${name} is ${value}; it must be from 0 to 1.`);
  return value;
}

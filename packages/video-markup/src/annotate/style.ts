import { annotationKinds, type AnnotationStyle as ObjectStyle } from "@sightline/contract/annotation-style";
import type { CountingLine } from "../analytics/line-counter.js";
import type { CountingZone } from "../analytics/zone-counter.js";
import type { Detection, Size } from "../detection.js";
import { defaultPalette, parseColor, type Rgb } from "./color.js";

/** How frames are marked up: what is drawn of each object, and lines and zones over all. */
export interface AnnotationStyle extends ObjectStyle {
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

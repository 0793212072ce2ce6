import { type LineCounter, lineCounter } from "../analytics/line-counter.js";
import { type ZoneCounter, zoneCounter } from "../analytics/zone-counter.js";
import type { FrameDetections } from "../detection.js";
import type { Rgb, YuvColor } from "./color.js";
import { drawDot, drawPolyline, type Point } from "./draw-line.js";
import { drawTag, type LabelTag } from "./label-tag.js";
import type { ResolvedStyle } from "./style.js";
import type { Yuv420Frame } from "./yuv-frame.js";

/** Lines and zones with what has been counted at them so far. */
export interface Counts {
  /** Takes one frame's detections; frames come in order. */
  add(record: FrameDetections): void;
  /** Draws lines, zones and their counts. */
  draw(frame: Yuv420Frame): void;
}

/** What counts are drawn with. */
export interface CountsCanvas {
  readonly style: ResolvedStyle;
  readonly tagFor: (text: string, background: Rgb) => LabelTag;
  readonly colorFor: (rgb: Rgb) => YuvColor;
}

const WHITE: Rgb = [255, 255, 255];

/**
 * Counters for the style's lines and zones.
 *
 * @throws RangeError for a line without length, a bad threshold, or a zone of fewer than three corners.
 */
export function countsOf({ style, tagFor, colorFor }: CountsCanvas): Counts {
  const lines = style.lines.map((line) => ({ line, counter: lineCounter(line) }));
  const zones = style.zones.map((zone) => ({ zone, counter: zoneCounter(zone), inside: 0 }));
  return {
    add(record) {
      for (const { counter } of lines) counter.update(record);
      for (const zone of zones) zone.inside = zone.counter.update(record).inside;
    },
    draw(frame) {
      const color = colorFor(WHITE);
      for (const { zone, counter, inside } of zones) {
        drawPolyline(frame, zone.polygon, style.thickness, color, { closed: true });
        const top = zone.polygon.reduce((a, b) => (b[1] < a[1] ? b : a));
        drawCount(frame, tagFor(zoneText(zone.name, inside, counter), WHITE), top);
      }
      for (const { line, counter } of lines) {
        drawPolyline(frame, [line.from, line.to], style.thickness, color);
        for (const end of [line.from, line.to]) drawDot(frame, end, style.thickness * 1.5, color);
        const middle: Point = [(line.from[0] + line.to[0]) / 2, (line.from[1] + line.to[1]) / 2];
        drawCount(frame, tagFor(lineText(line.name, counter), WHITE), middle);
      }
    },
  };
}

function lineText(name: string, counter: LineCounter): string {
  const { in: entered, out } = counter.counts();
  return `${name} in ${entered} out ${out}`;
}

function zoneText(name: string, inside: number, counter: ZoneCounter): string {
  return `${name} ${inside} now ${counter.counts().objects} in all`;
}

/** The tag centred on a point, moved into the frame. */
function drawCount(frame: Yuv420Frame, tag: LabelTag, [x, y]: Point): void {
  const within = (at: number, size: number, limit: number) =>
    Math.max(0, Math.min(at - size / 2, limit - size));
  drawTag(frame, tag, within(x, tag.width, frame.width), within(y, tag.height, frame.height));
}

import { parseRational, type Rational } from "./rational.js";

/** A frame as ffmpeg's `showinfo` filter describes it. */
export interface ShownFrame {
  /** Presentation time in ticks of the time base; undefined when the frame has none. */
  readonly pts: number | undefined;
  readonly width: number;
  readonly height: number;
  readonly pixelFormat: string;
  readonly sampleAspectRatio: Rational | undefined;
  /** Its lines are of two moments. */
  readonly interlaced: boolean;
}

/** Colour description of a frame by ffmpeg's names; undefined where the stream does not say. */
export interface ShownColor {
  /** 16 to 235, or 0 to 255. */
  readonly range: "tv" | "pc" | undefined;
  /** Matrix between RGB and YUV: `bt709`. */
  readonly space: string | undefined;
  /** What the primaries look like: `bt709`. */
  readonly primaries: string | undefined;
  /** Transfer curve: `bt709`, `smpte2084`. */
  readonly transfer: string | undefined;
}

/** Presentation time of a `showinfo` line, the only part needed for every frame; undefined on other lines. */
export function shownPts(line: string): number | "none" | undefined {
  const at = line.indexOf(" pts:");
  if (at < 0 || !line.includes("showinfo")) return undefined;
  const value = Number.parseInt(line.slice(at + 5), 10);
  return Number.isNaN(value) ? "none" : value;
}

/** Reads a frame line. */
export function parseShownFrame(line: string): ShownFrame | undefined {
  const match = / pts: *(\S+) .* fmt:(\S+) .*sar:(\d+\/\d+) s:(\d+)x(\d+)/.exec(line);
  if (!match) return undefined;
  const pts = Number(match[1]);
  return {
    pts: Number.isNaN(pts) ? undefined : pts,
    pixelFormat: match[2]!,
    sampleAspectRatio: parseRational(match[3]!),
    width: Number(match[4]),
    height: Number(match[5]),
    interlaced: / i:[TB] /.test(line),
  };
}

/** Reads the colour line that follows a frame line. */
export function parseShownColor(line: string): ShownColor | undefined {
  const match = /color_range:(\S+) color_space:(\S+) color_primaries:(\S+) color_trc:(\S+)/.exec(line);
  if (!match) return undefined;
  const known = (name: string) => (name === "unknown" || name === "unspecified" ? undefined : name);
  const range = known(match[1]!);
  return {
    range: range === "tv" || range === "pc" ? range : undefined,
    space: known(match[2]!),
    primaries: known(match[3]!),
    transfer: known(match[4]!),
  };
}

/** Reads the line that tells the time base and frame rate of the filter's input. */
export function parseShownConfig(
  line: string,
): { timeBase: Rational; frameRate: Rational | undefined } | undefined {
  const match = /config in time_base: (\d+\/\d+), frame_rate: (\d+\/\d+)/.exec(line);
  const timeBase = match && parseRational(match[1]!);
  return timeBase ? { timeBase, frameRate: parseRational(match[2]!) } : undefined;
}

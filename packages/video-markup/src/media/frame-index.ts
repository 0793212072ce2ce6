import { createInterface } from "node:readline";
import { UnreadableVideoError } from "../errors.js";
import { type Banner, parseBanner } from "./parse-banner.js";
import { parseRational, type Rational } from "./rational.js";
import { startFfmpeg } from "./run-ffmpeg.js";

/** When each frame of a video shows, read from its packets without decoding. */
export interface FrameIndex {
  /** Seconds a tick. */
  readonly timeBase: Rational;
  /** Presentation times in ticks, ascending. */
  readonly pts: Float64Array;
  /** Presentation times of the keyframes, ascending. */
  readonly keyframes: Float64Array;
  /** How long the last frame shows, in ticks; 0 when unknown. */
  readonly lastDuration: number;
  /** Every packet had a time of its own, so that the list can be relied on for cutting. */
  readonly complete: boolean;
}

/** `AV_PKT_FLAG_DISCARD`: decoded but never shown, for example before an edit list's start. */
const discardFlag = 4;
const keyFlag = 1;

/**
 * Lists the packets of the first video stream that is not a cover picture (`-f framecrc`, demuxing only),
 * and what ffmpeg says about the container.
 *
 * @returns the frames, the banner, and whether the file ends before its header says it does
 *
 * @throws {UnreadableVideoError} when ffmpeg cannot read the input or it holds no video
 */
export async function scanFrames(
  input: string,
  signal?: AbortSignal,
): Promise<{ index: FrameIndex; banner: Banner; cutShort: boolean }> {
  const log: string[] = [];
  let cutShort = false;
  const child = await startFfmpeg(
    {
      inputs: [{ url: input, options: ["-copyts", "-fflags", "+genpts"] }],
      outputs: [{ url: "pipe:1", options: ["-map", "0:V:0", "-c", "copy", "-copyinkf:v", "-f", "framecrc"] }],
    },
    {
      task: `list the frames of ${input}`,
      logLevel: "info",
      onStderrLine: (line) => {
        if (log.length < 400) log.push(line);
        cutShort ||= /partial file|File ended prematurely/.test(line);
      },
      signal,
    },
  );
  let timeBase: Rational | undefined;
  const pts = new GrowingList();
  const keyframes = new GrowingList();
  let complete = true;
  let last = { pts: Number.NEGATIVE_INFINITY, duration: 0 };
  for await (const line of createInterface({
    input: child.outputs[0]!,
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    if (line.startsWith("#")) {
      const base = /^#tb 0: (\S+)/.exec(line);
      if (base) timeBase = parseRational(base[1]!);
      continue;
    }
    // stream, dts, pts, duration, size, checksum [, F=flags when other than a plain keyframe]
    const fields = line.split(",");
    if (fields.length < 6) continue;
    const flags = /F=0x([0-9A-Fa-f]+)/.exec(line);
    const flag = flags ? Number.parseInt(flags[1]!, 16) : keyFlag;
    if ((flag & discardFlag) !== 0) continue;
    const time = Number(fields[2]);
    if (!Number.isSafeInteger(time)) {
      complete = false;
      continue;
    }
    pts.push(time);
    if ((flag & keyFlag) !== 0) keyframes.push(time);
    if (time > last.pts) last = { pts: time, duration: Number(fields[3]) };
  }
  const banner = () => parseBanner(log);
  try {
    await child.finished;
  } catch (cause) {
    signal?.throwIfAborted();
    throw unreadable(input, banner(), child.stderrTail(), cause);
  }
  if (!timeBase) throw unreadable(input, banner(), child.stderrTail(), undefined);
  const sorted = pts.toArray().sort();
  for (let i = 1; i < sorted.length && complete; i++) complete = sorted[i] !== sorted[i - 1];
  return {
    index: {
      timeBase,
      pts: sorted,
      keyframes: keyframes.toArray().sort(),
      lastDuration: last.duration,
      complete,
    },
    banner: banner(),
    cutShort,
  };
}

function unreadable(input: string, banner: Banner, stderr: string, cause: unknown): UnreadableVideoError {
  if (banner.streams.length > 0) {
    const kinds = banner.streams.map((s) => (s.attachedPicture ? "cover picture" : s.kind));
    const seen = [...new Set(kinds)]
      .map((kind) => `${kinds.filter((other) => other === kind).length} ${kind}`)
      .join(", ");
    if (!banner.streams.some((s) => s.kind === "video" && !s.attachedPicture)) {
      return new UnreadableVideoError(input, `${input} holds no video: its streams are ${seen}`, { cause });
    }
  }
  const reason = stderr.split("\n").filter((line) => line.trim() !== "");
  const words = reason
    .slice(-2)
    .join(" | ")
    .replace(/\[[^\]]*@ 0x[0-9a-f]+\] /g, "");
  return new UnreadableVideoError(
    input,
    `${input} cannot be read as a video: ${words || "ffmpeg gave no reason"}`,
    { cause },
  );
}

/** Numbers that arrive one by one, 8 bytes each. */
class GrowingList {
  #values = new Float64Array(1024);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  toArray(): Float64Array {
    return this.#values.slice(0, this.#length);
  }
}

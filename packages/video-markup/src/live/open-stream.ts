import { contentExpressions } from "../detectors/content-expression.js";
import type { InputSpec } from "../detectors/input-spec.js";
import { UnreadableVideoError } from "../errors.js";
import {
  parseShownColor,
  parseShownConfig,
  parseShownFrame,
  type ShownColor,
  type ShownFrame,
  shownPts,
} from "../media/parse-showinfo.js";
import type { Rational } from "../media/rational.js";
import { type RunningFfmpeg, startFfmpeg } from "../media/run-ffmpeg.js";
import { FrameCutter } from "./frame-cutter.js";
import { connectLocal } from "./local-socket.js";

/** What the first frame of a stream tells of all. */
export interface StreamFormat {
  /** Upright frame in pixels. */
  readonly width: number;
  readonly height: number;
  readonly sampleAspectRatio: Rational | undefined;
  readonly color: ShownColor;
  readonly timeBase: Rational;
  /** Undefined where the stream does not say. */
  readonly frameRate: Rational | undefined;
  /** Lines of a frame are of two moments. */
  readonly interlaced: boolean;
}

/** A stream that is open, with its first frame there. */
export interface OpenStream {
  readonly format: StreamFormat;
  /** Delivers the frames: scaled for the model, and whole as yuv420p. Valid until the next one is asked for. */
  frames(sizes: {
    readonly smallBytes: number;
    readonly wholeBytes: number;
  }): AsyncGenerator<StreamFrame, void>;
  /** Ends it at once. */
  close(): void;
}

/** One frame of a stream. */
export interface StreamFrame {
  readonly small: Uint8Array;
  readonly whole: Uint8Array;
  /** Ticks; undefined when the stream gives none. */
  readonly pts: number | undefined;
}

/** What {@link openStream} needs to know. */
export interface StreamInput {
  /** Path or URL as ffmpeg takes it, or the address of a `LocalSocket`. */
  readonly url: string;
  /** Options of ffmpeg before the input. */
  readonly options: readonly string[];
  readonly spec: Pick<InputSpec, "width" | "height" | "fit">;
  /** How the model's frames are packed. */
  readonly smallPixelFormat: string;
  readonly signal: AbortSignal;
}

/**
 * Threads of the decoder would each hold a frame back. ffmpeg would look at five seconds of a stream before it
 * begins; one is enough to find the video, whose details come from its first frame.
 */
const openingOptions = ["-threads", "1", "-analyzeduration", "1000000"];

/**
 * Opens a live stream once: size, rate and colour come from the first frame that is decoded, nothing is read
 * ahead. Waits until that frame is there.
 *
 * @throws {UnreadableVideoError} when the stream ends or fails before its first frame
 */
export async function openStream(input: StreamInput): Promise<OpenStream> {
  const content = contentExpressions(input.spec);
  const graph =
    `[0:v:0]showinfo=checksum=0,split[in0][in1];` +
    `[in0]scale=w='${content.width}':h='${content.height}':flags=area,format=${input.smallPixelFormat}[out0];` +
    `[in1]scale=out_range=tv,format=yuv420p[out1]`;
  const output = (n: number) => ["-map", `[out${n}]`, "-fps_mode", "passthrough", "-f", "rawvideo"];
  const shown = new ShownLines();
  const source = connectLocal(input.url);
  const name = source ? "the stream" : input.url;
  const child = await startFfmpeg(
    {
      inputs: [{ url: source ? "pipe:0" : input.url, options: [...openingOptions, ...input.options] }],
      outputs: [
        {
          url: "pipe:1",
          options: ["-filter_complex_threads", "1", "-filter_complex", graph, ...output(0)],
        },
        { url: "pipe:3", options: output(1) },
      ],
    },
    {
      task: `read ${name}`,
      stdin: source !== undefined,
      pipes: 2,
      logLevel: "info",
      ownGroup: true,
      onStderrLine: (line) => shown.read(line),
      signal: input.signal,
    },
  );
  // Both pipes are read ahead at once: ffmpeg may fill one before the other, and would wait for ever.
  const cutters = child.outputs.map((output) => new FrameCutter(output));
  const end = () => {
    source?.destroy();
    shown.end();
  };
  // A source that breaks off ends the stream like one that ends.
  source?.once("error", () => child.stdin?.end());
  source?.pipe(child.stdin!);
  child.finished.then(end, end);
  const format = await shown.format();
  if (!format) {
    const cause = await child.finished.then(
      () => undefined,
      (error: unknown) => error,
    );
    input.signal.throwIfAborted();
    const why = cause instanceof Error ? `: ${cause.message}` : "";
    throw new UnreadableVideoError(name, `${name} delivered no frame${why}`, { cause });
  }
  return {
    format,
    frames: ({ smallBytes, wholeBytes }) => readFrames(child, shown, cutters, [smallBytes, wholeBytes]),
    close: () => child.kill(),
  };
}

async function* readFrames(
  child: RunningFfmpeg,
  shown: ShownLines,
  readers: readonly FrameCutter[],
  byteLengths: readonly [number, number],
): AsyncGenerator<StreamFrame, void> {
  for (const [n, reader] of readers.entries()) reader.start(byteLengths[n]!, 2);
  try {
    for (;;) {
      const [small, whole] = [await readers[0]!.next(), await readers[1]!.next()];
      if (!small || !whole) break;
      yield { small, whole, pts: await shown.nextPts() };
    }
    // One may have ended before the other was read up.
    for (const reader of readers) reader.close();
    await child.finished;
  } finally {
    child.kill();
    for (const reader of readers) reader.close();
    await child.finished.catch(() => {});
  }
}

/** Reads the lines of the `showinfo` filter as they come. */
class ShownLines {
  #config: ReturnType<typeof parseShownConfig>;
  #frame: ShownFrame | undefined;
  #color: ShownColor | undefined;
  #times: (number | undefined)[] = [];
  #ended = false;
  #wake = () => {};

  read(line: string): void {
    this.#config ??= parseShownConfig(line);
    this.#color ??= parseShownColor(line);
    const pts = shownPts(line);
    if (pts !== undefined) {
      this.#frame ??= parseShownFrame(line);
      this.#times.push(pts === "none" ? undefined : pts);
    }
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Undefined when the stream ended before its first frame. The colour's line is the last to come. */
  async format(): Promise<StreamFormat | undefined> {
    while (!this.#color && !this.#ended) await this.#next();
    if (!this.#frame || !this.#config) return undefined;
    const unknown = { range: undefined, space: undefined, primaries: undefined, transfer: undefined };
    const { range: _, space, ...color } = this.#color ?? unknown;
    // The frames are brought to limited range, and RGB ones to YUV; their own tags would be wrong then.
    return {
      ...this.#frame,
      ...this.#config,
      color: { ...color, range: "tv", space: space === "gbr" ? undefined : space },
    };
  }

  async nextPts(): Promise<number | undefined> {
    while (this.#times.length === 0 && !this.#ended) await this.#next();
    return this.#times.shift();
  }

  #next(): Promise<void> {
    return new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}

import { readFile } from "node:fs/promises";
import type { Writable } from "node:stream";
import { FfmpegError } from "../errors.js";
import type { FrameFormat } from "./decode-frames.js";
import { FrameReader } from "./frame-reader.js";
import { matroskaFrameHeader, matroskaHeader } from "./matroska-writer.js";
import { parseShownFrame, type ShownFrame } from "./parse-showinfo.js";
import { startFfmpeg } from "./run-ffmpeg.js";

/** Which pictures are decoded. */
export interface PictureBatch {
  readonly paths: readonly string[];
  /** `jpeg` and `png`: what the files hold, fed to one ffmpeg; `file`: the one path is opened by ffmpeg itself. */
  readonly source: "jpeg" | "png" | "file";
  /** Upright size in pixels, of every picture. */
  readonly width: number;
  readonly height: number;
}

/** One decoded picture. */
export interface DecodedPicture {
  /** Index in the batch. */
  readonly index: number;
  /** The picture in each format; valid until the next one is asked for. */
  readonly formats: readonly [Uint8Array, Uint8Array];
}

/** Time stamps in nanoseconds from one picture to the next: they carry its index through ffmpeg. */
const step = 1_000_000_000;

/**
 * Decodes pictures of one size in one ffmpeg, upright, in two formats each. A picture that cannot be decoded,
 * or is of another size than announced, is left out.
 *
 * @throws {FfmpegError} when a picture of source `file` cannot be decoded
 */
export async function* decodePictures(
  batch: PictureBatch,
  formats: readonly [FrameFormat, FrameFormat],
  signal: AbortSignal,
): AsyncGenerator<DecodedPicture, void> {
  const { paths, source, width, height } = batch;
  const piped = source !== "file";
  const shown: ShownFrame[] = [];
  let wake = () => {};
  let ended = false;
  // The `scale` changes nothing, but for a picture of another size, which would put all later bytes out of step.
  const filters = ({ filters, pixelFormat, width, height }: FrameFormat) =>
    (filters.length > 0 ? filters : [`scale=${width}:${height}`]).concat(`format=${pixelFormat}`).join(",");
  const graph = `[0:v:0]showinfo=checksum=0,split[in0][in1];[in0]${filters(formats[0])}[out0];[in1]${filters(formats[1])}[out1]`;
  const output = (n: 0 | 1) => ["-map", `[out${n}]`, "-fps_mode", "passthrough", "-f", "rawvideo"];
  const child = await startFfmpeg(
    {
      inputs: [
        piped
          ? { url: "pipe:0", options: ["-f", "matroska", "-copyts", "-threads", "1"] }
          : { url: paths[0]!, options: ["-threads", "1"] },
      ],
      outputs: [
        {
          url: "pipe:1",
          options: ["-filter_complex_threads", "1", "-filter_complex", graph, ...output(0)].concat(
            piped ? [] : ["-frames:v", "1"],
          ),
        },
        { url: "pipe:3", options: output(1).concat(piped ? [] : ["-frames:v", "1"]) },
      ],
    },
    {
      task: piped ? `decode ${paths.length} pictures` : `decode ${paths[0]}`,
      stdin: piped,
      pipes: 2,
      logLevel: "info",
      onStderrLine: (line) => {
        const frame = parseShownFrame(line);
        if (frame) shown.push(frame);
        wake();
      },
      signal,
    },
  );
  const end = () => {
    ended = true;
    wake();
  };
  child.finished.then(end, end);
  const fed = piped ? feed(child.stdin!, batch) : Promise.resolve();
  fed.catch(() => child.kill());
  const readers = formats.map(({ byteLength }, n) => new FrameReader(child.outputs[n]!, byteLength, 2));
  try {
    for (let n = 0; ; n++) {
      const [first, second] = [await readers[0]!.next(), await readers[1]!.next()];
      if (!first || !second) {
        // Killed between its two pipes: ffmpeg counts as ended only when the fuller one is read up or closed.
        if (first || second) for (const reader of readers) reader.close();
        break;
      }
      // ffmpeg writes the line before the picture, but on another pipe.
      while (shown.length <= n && !ended) await new Promise<void>((resolve) => (wake = resolve));
      if (shown.length <= n)
        throw new FfmpegError(`ffmpeg delivered a picture of ${paths[0]} without its line`);
      const { pts, width: shownWidth, height: shownHeight } = shown[n]!;
      const index = piped ? Math.round((pts ?? 0) / step) : 0;
      if (shownWidth !== width || shownHeight !== height) continue;
      yield { index, formats: [first, second] };
    }
    if (!piped) await child.finished;
    // What one ffmpeg for all left out is opened by itself afterwards, and then tells why it cannot be read.
    signal.throwIfAborted();
  } finally {
    child.kill();
    for (const reader of readers) reader.close();
    await Promise.allSettled([fed, child.finished]);
  }
}

/** Sends the files as they lie, each as one frame whose time stamp is its index. */
async function feed(stdin: Writable, { paths, source, width, height }: PictureBatch): Promise<void> {
  const fourcc = source === "jpeg" ? "MJPG" : "MPNG";
  stdin.write(matroskaHeader({ width, height, fourcc, coded: true, frameRate: { num: 1, den: 1 } }));
  for (const [index, path] of paths.entries()) {
    const bytes = await readFile(path);
    if (stdin.destroyed) return;
    stdin.write(matroskaFrameHeader(BigInt(index) * BigInt(step), bytes.length));
    await new Promise<void>((resolve) => stdin.write(bytes, () => resolve()));
  }
  stdin.end();
}

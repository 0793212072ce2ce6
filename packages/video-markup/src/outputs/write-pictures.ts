import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { objectCollector } from "../analytics/objects.js";
import type { FrameDetections } from "../detection.js";
import { startNewFolder } from "../files/new-folder.js";
import { startFfmpeg } from "../media/run-ffmpeg.js";
import { readRecords } from "../records/frame-records.js";
import { type Clip, type KeyFrame, pickKeyFrames, planClips } from "./key-frames.js";
import type { ReportPicture } from "./report/html-report.js";

/** Options of {@link writePictures}. */
export interface WritePicturesOptions {
  /** Most thumbnails. Default 12. */
  readonly count?: number;
  /** Width of a thumbnail in pixels. Default 320. */
  readonly width?: number;
  /** Ends the work; nothing is left behind. Default: none. */
  readonly signal?: AbortSignal;
}

/** What {@link writePictures} made. */
export interface PicturesResult {
  /** The thumbnails as `htmlReport` shows them. */
  readonly pictures: readonly ReportPicture[];
  /** File names in the folder. */
  readonly files: readonly string[];
}

const columns = 4;

/**
 * Takes the frames that show most out of a (marked-up) video: thumbnails, one contact sheet, and, where the
 * detections are tracked, a clip of each stretch with objects. A folder appears only when it is complete.
 *
 * @param folder must not exist yet; undefined: the thumbnails are made for a report, and no file is written
 * @throws {FfmpegError} when the video cannot be read
 * @throws {VideoMarkupError} when the folder exists already
 */
export async function writePictures(
  videoPath: string,
  detectionsPath: string,
  folder: string | undefined,
  options: WritePicturesOptions = {},
): Promise<PicturesResult> {
  const { count = 12, width = 320, signal } = options;
  const objects = objectCollector();
  async function* observed(): AsyncGenerator<FrameDetections, void> {
    for await (const record of readRecords(detectionsPath)) {
      signal?.throwIfAborted();
      objects.update(record);
      yield record;
    }
  }
  // Begun first: a name that is taken is told before the work.
  const target = folder === undefined ? undefined : await startNewFolder(folder);
  try {
    const keyFrames = await pickKeyFrames(observed(), count);
    const thumbnails: Uint8Array[] = [];
    for (const { record } of keyFrames) {
      thumbnails.push(await thumbnail(videoPath, record.ptsSeconds, width, signal));
    }
    const pictures = keyFrames.map((frame, n) => ({
      ptsSeconds: frame.record.ptsSeconds,
      caption: caption(frame),
      src: `data:image/jpeg;base64,${Buffer.from(thumbnails[n]!).toString("base64")}`,
    }));
    if (!target) return { pictures, files: [] };
    const { hidden } = target;
    for (const [n, jpeg] of thumbnails.entries()) await writeFile(join(hidden, thumbnailName(n)), jpeg);
    if (thumbnails.length > 0) await contactSheet(hidden, thumbnails.length, signal);
    for (const [n, clip] of planClips(objects.objects()).entries()) {
      await cutClip(videoPath, join(hidden, `clip-${number(n)}.mp4`), clip, signal);
    }
    const files = (await readdir(hidden)).sort();
    await target.commit();
    return { pictures, files };
  } finally {
    await target?.discard();
  }
}

function caption({ record: { detections } }: KeyFrame): string {
  const counts = new Map<string, number>();
  for (const { className } of detections) counts.set(className, (counts.get(className) ?? 0) + 1);
  return [...counts].map(([name, times]) => (times > 1 ? `${times} ${name}` : name)).join(", ");
}

async function thumbnail(
  video: string,
  seconds: number,
  width: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  // Half a millisecond early, so that rounding does not skip the frame itself.
  const from = Math.max(0, seconds - 0.0005).toFixed(6);
  const child = await startFfmpeg(
    {
      inputs: [{ url: video, options: ["-ss", from] }],
      outputs: [
        {
          url: "pipe:1",
          options: ["-map", "0:V:0", "-filter:v", `scale=${width}:-2:flags=area`, "-frames:v", "1"].concat([
            "-c:v",
            "mjpeg",
            "-q:v",
            "4",
            "-pix_fmt",
            "yuvj420p",
            "-f",
            "image2pipe",
          ]),
        },
      ],
    },
    { task: `take the picture at ${from} s out of ${video}`, signal },
  );
  const chunks: Uint8Array[] = [];
  child.outputs[0]!.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  await child.finished;
  return Buffer.concat(chunks);
}

async function contactSheet(folder: string, count: number, signal: AbortSignal | undefined): Promise<void> {
  const tile = `tile=${Math.min(columns, count)}x${Math.ceil(count / columns)}:padding=4:margin=4`;
  const child = await startFfmpeg(
    {
      // The whole path is a pattern: a percent sign of the folder's name stands doubled.
      inputs: [
        { url: join(folder.replaceAll("%", "%%"), "thumbnail-%03d.jpg"), options: ["-start_number", "1"] },
      ],
      outputs: [
        {
          url: join(folder, "contact-sheet.jpg"),
          options: ["-filter:v", tile, "-frames:v", "1", "-q:v", "4", "-update", "1"],
        },
      ],
    },
    { task: "lay out the contact sheet", pipes: 0, signal },
  );
  await child.finished;
}

async function cutClip(
  video: string,
  path: string,
  { startSeconds, endSeconds }: Clip,
  signal: AbortSignal | undefined,
): Promise<void> {
  const child = await startFfmpeg(
    {
      inputs: [{ url: video, options: ["-ss", startSeconds.toFixed(6)] }],
      outputs: [
        {
          url: path,
          options: ["-t", (endSeconds - startSeconds).toFixed(6), "-map", "0:V:0", "-map", "0:a?"].concat(
            ["-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p"],
            ["-c:a", "aac", "-movflags", "+faststart"],
          ),
        },
      ],
    },
    { task: `cut a clip out of ${video}`, pipes: 0, signal },
  );
  await child.finished;
}

function thumbnailName(n: number): string {
  return `thumbnail-${number(n)}.jpg`;
}

function number(n: number): string {
  return String(n + 1).padStart(3, "0");
}

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findFfmpeg } from "@sightline/video-markup";

/** Options of {@link makeVideo}. */
export interface TestVideo {
  /** Default 4. */
  readonly seconds?: number;
  /** Default 160x120. */
  readonly size?: string;
  /** Default 25. */
  readonly rate?: string;
  /** Frames between keyframes. Default 25. */
  readonly keyframes?: number;
  /** Further output options. */
  readonly extra?: readonly string[];
  /** A second input's options and the options that go with it. Default: a tone. */
  readonly sound?: boolean;
}

/** Writes ffmpeg's moving test picture with a tone. */
export async function makeVideo(path: string, options: TestVideo = {}): Promise<void> {
  const { seconds = 4, size = "160x120", rate = "25", keyframes = 25, extra = [], sound = true } = options;
  const tone = sound ? ["-f", "lavfi", "-i", `sine=frequency=440:duration=${seconds}`] : [];
  await ffmpeg([
    ...["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=${rate}:duration=${seconds}`],
    ...tone,
    ...["-c:v", "libx264", "-preset", "ultrafast", "-g", String(keyframes), "-pix_fmt", "yuv420p"],
    ...extra,
    path,
  ]);
}

/** Runs ffmpeg as the package finds it. */
export async function ffmpeg(args: readonly string[]): Promise<string> {
  const { path } = await findFfmpeg();
  const { stderr } = await promisify(execFile)(path, ["-hide_banner", "-nostdin", "-y", ...args], {
    maxBuffer: 2 ** 26,
  });
  return stderr;
}

import type { FrameFormat } from "../annotate/annotator.js";
import type { VideoSource } from "../inference/host-protocol.js";
import type { VideoInfo } from "../media/probe.js";

/** What hosts are told of a video. */
export function videoSource(video: VideoInfo): VideoSource {
  const { input, timeBase, originPts, width, height, pixelFormat, color, interlaced } = video;
  const planar = pixelFormat.startsWith("yuv");
  const fullRange = pixelFormat.startsWith("yuvj") || (planar && color.range === "pc");
  return { input, timeBase, originPts, width, height, fullRange, interlaced };
}

/** What annotators are told of a video's frames. */
export function canvasOf({ color, width, height }: VideoInfo, { fullRange }: VideoSource): FrameFormat {
  const known = { bt709: "bt709", smpte170m: "bt601", bt470bg: "bt601" } as const;
  const matrix = known[color.space as keyof typeof known];
  return { width, height, range: fullRange ? "full" : "limited", ...(matrix && { matrix }) };
}

import type { ImageInput } from "@sightline/contract/image-input";
import type { ObjectDetectionManifest, VideoManifest } from "@sightline/contract/manifest";
import type { DetectorLayout, MarkUpOptions, PreprocessingOptions } from "@sightline/video-markup";

/** A model that marks up videos, by itself or beside pictures. */
export type DetectorManifest = VideoManifest | ObjectDetectionManifest;

/** What a manifest says of its model's videos, as the package takes it; whether the layout is known, planDetector() says. */
export function markUpOptions(manifest: DetectorManifest): Omit<MarkUpOptions, "model"> {
  const { layout, ...options } = manifest.options ?? {};
  const input = manifest.task === "video-markup" ? manifest.input : frameInput(manifest.input);
  return {
    ...options,
    ...(layout === undefined ? {} : { layout: layout as DetectorLayout }),
    ...(manifest.labels === undefined ? {} : { classNames: manifest.labels }),
    ...(input === undefined ? {} : { input }),
  };
}

/** Frames are prepared as pictures are; the axes' order is the model's own. */
function frameInput({ width, height, channels, scale, mean, std }: ImageInput): PreprocessingOptions {
  return { width, height, fit: "stretch", channels, scale, mean, std };
}

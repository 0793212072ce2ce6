import type { VideoModelOptions } from "@sightline/contract/video-options";
import type { DetectorLayout, MarkUpOptions } from "@sightline/video-markup";

/** The manifest's options as the package takes them; whether the layout is known, planDetector() says. */
export function markUpOptions({ layout, ...options }: VideoModelOptions = {}): Omit<MarkUpOptions, "model"> {
  return { ...options, ...(layout === undefined ? {} : { layout: layout as DetectorLayout }) };
}

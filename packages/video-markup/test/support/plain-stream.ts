import type { StreamInfo } from "../../src/media/parse-banner.js";

/** A stream of which ffmpeg tells no more than kind and codec. */
export const plainStream: Omit<StreamInfo, "index" | "kind" | "codec"> = {
  tag: undefined,
  language: undefined,
  title: undefined,
  attachedPicture: false,
  interlaced: false,
  dispositions: [],
};

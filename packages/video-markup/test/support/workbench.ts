import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { writeBrightSpotDetector } from "./bright-spots.js";
import { makeVideo } from "./make-video.js";

/** Quick settings for the test model and the test video, which they cut into four segments. */
export const fast = { encoding: { preset: "ultrafast" }, segmentSeconds: 1, confidence: 0.6 } as const;

/** What most tests need. */
export interface Workbench {
  /** A folder of the test file's own, removed behind it. */
  readonly folder: string;
  /** The bright-spot detector. */
  readonly model: string;
  /** Four seconds of 160x120 at 25 frames/s, with a tone and a title. */
  readonly video: string;
  /** A path in the folder. */
  path(name: string): string;
  /** Names in the folder that hold `text`, hidden ones too. */
  leftovers(text: string): Promise<string[]>;
}

/** Sets up a folder with model and video before a file's tests, and removes it behind them. */
export function useWorkbench(name: string): Workbench {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), `sightline-${name}-`));
    await writeBrightSpotDetector(join(folder, "bright.onnx"));
    const extra = ["-metadata", "title=a title with blanks", "-c:a", "aac"];
    await makeVideo(join(folder, "plain.mp4"), { extra });
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  return {
    get folder() {
      return folder;
    },
    get model() {
      return join(folder, "bright.onnx");
    },
    get video() {
      return join(folder, "plain.mp4");
    },
    path: (name) => join(folder, name),
    leftovers: async (text) => (await readdir(folder)).filter((entry) => entry.includes(text)),
  };
}

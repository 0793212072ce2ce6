import type { VideoManifest } from "@sightline/contract/manifest";
import type { ModelDescription } from "@sightline/onnx";
import { type Detector, DetectorLayoutError, planDetector } from "@sightline/video-markup";
import { CliError } from "../errors.js";
import type { ProposedManifest } from "./proposed-manifest.js";

/**
 * The manifest of a model whose outputs are those of a known detector, with everything that can be set of how frames are
 * prepared and answers are read.
 *
 * @param isOther whether it may be something else; then nothing is guessed
 * @returns undefined where it may be something else, and no known detector has such outputs
 * @throws CliError where it can be nothing else
 */
export function proposeDetector(
  file: string,
  model: ModelDescription,
  isOther: boolean,
): ProposedManifest | undefined {
  const guesses: string[] = [];
  let detector: Detector;
  try {
    detector = planDetector(model);
  } catch (error) {
    if (!(error instanceof DetectorLayoutError)) throw error;
    if (isOther) return undefined;
    detector = firstThatFits(model, error, guesses);
  }
  const { name: _, dtype: __, layout: ___, batch: ____, width, height, ...input } = detector.input;
  const picture = model.inputs.find(({ name }) => name === detector.input.name);
  if (picture?.shape.slice(1).some((side) => typeof side !== "number")) {
    guesses.push(
      "It takes frames of several sizes: each video's is chosen by the detector's family. Set input.width and input.height for one.",
    );
  } else Object.assign(input, { width, height });
  if (detector.classNames.length === 0) guesses.push("The file has no class names: they are the ids.");
  guesses.push(
    `It is read as ${detector.layout}: frames are prepared as that family publishes it, and scores of at least ${detector.confidence} are kept.`,
  );
  const manifest: VideoManifest = {
    schemaVersion: 1,
    task: "video-markup",
    model: file,
    ...(detector.classNames.length > 0 ? { labels: detector.classNames } : {}),
    input,
    options: { layout: detector.layout, confidence: detector.confidence, iou: detector.iou },
  };
  return { manifest, guesses };
}

/** Of the layouts that the shapes fit the first; the error says which they are. */
function firstThatFits(model: ModelDescription, error: DetectorLayoutError, guesses: string[]): Detector {
  for (const layout of error.known) {
    try {
      const detector = planDetector(model, { layout: layout as never });
      guesses.push(`${error.message.split(" Seen: ")[0]} The first that fits is taken: layout ${layout}.`);
      return detector;
    } catch (cause) {
      if (!(cause instanceof DetectorLayoutError)) throw cause;
    }
  }
  throw new CliError(
    `The model has no output with one value a class, so it is no classifier; and it is no detector that is known. ${error.message}`,
    { cause: error },
  );
}

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { VideoJobResult } from "@sightline/contract/video-job";
import type { SplitKind } from "./options.js";

/** How many pictures a part of the split has. */
export interface PartFigures {
  readonly pictures: number;
}

/** An answer of the endpoint to a picture that it had not seen. */
export interface ExampleAnswer {
  /** Path of the picture. */
  readonly picture: string;
  readonly class: string;
  readonly predicted: string;
  readonly probabilities: Readonly<Record<string, number>>;
}

/** What notebooks 01 to 03 wrote down. */
export interface ClassificationFigures {
  readonly dataset: string;
  readonly synthetic: boolean;
  readonly split: SplitKind;
  readonly classes: readonly string[];
  readonly parts: Readonly<Record<"train" | "validation" | "test", PartFigures>>;
  /** Share of held-out pictures that were answered right, 0 to 1. */
  readonly accuracy: number;
  readonly correct: number;
  readonly total: number;
  readonly examples: readonly ExampleAnswer[];
  readonly endpointName: string;
}

/** What notebook 04 wrote down. */
export interface VideoFigures
  extends Pick<VideoJobResult, "frames" | "durationSeconds" | "framesWithDetections" | "detectionCount"> {
  readonly synthetic: boolean;
  /** File name of the source. */
  readonly input: string;
  /** File name of the detector. */
  readonly model: string;
  /** Path of the marked-up video. */
  readonly output: string;
  /** Path of the detections, JSON lines. */
  readonly detections: string;
}

/** Reads what notebooks 01 to 03 left in their folder. */
export async function readClassification(work: string): Promise<ClassificationFigures> {
  const data = await readJson(join(work, "data.json"));
  const deployed = await readJson(join(work, "endpoint.json"));
  const evaluation = await readJson(join(work, "evaluation.json"));
  return {
    dataset: data.dataset,
    synthetic: data.synthetic,
    split: data.split,
    classes: data.classes,
    parts: data.parts,
    accuracy: evaluation.accuracy,
    correct: evaluation.correct,
    total: evaluation.total,
    examples: evaluation.examples.map((example: ExampleAnswer) => ({
      ...example,
      picture: join(work, example.picture),
    })),
    endpointName: deployed.endpoint.name,
  };
}

/** Reads what notebook 04 left in its folder. */
export async function readVideo(work: string): Promise<VideoFigures> {
  return await readJson(join(work, "video.json"));
}

// The notebooks' compiler checked what they wrote.
// biome-ignore lint/suspicious/noExplicitAny: each field is given its type by the functions above
async function readJson(path: string): Promise<any> {
  return JSON.parse(await readFile(path, "utf8"));
}

import { join } from "node:path";
import { type ClassificationFigures, readClassification, readVideo, type VideoFigures } from "./figures.js";
import { type FinishedTask, type NotebookTask, type RunContext, runTask } from "./notebook-run.js";
import type { QuickstartOptions, SplitKind } from "./options.js";

/** A third is held out: every figure of the report rests on it. A fifteenth is watched while training. */
const heldOutShare = 1 / 3;
const watchedShare = 1 / 15;

/** Shorter side of the packed pictures in pixels: what the filter bank needs, and what most backbones take. */
const shortEdge = { filterBank: 128, backbone: 224 };

/** As long as it takes to see what comes of it. */
const firstLook = { roadSeconds: 4, previewSeconds: 1 };

/** The container standardises features, so the algorithm's own default suits it; 0.01 is for networks trained whole. */
const learningRate = 0.1;

/** A flow that ran: its notebooks and what they found. */
export interface FinishedFlow<Figures> {
  readonly tasks: readonly FinishedTask[];
  readonly figures: Figures;
}

/** Pictures to an endpoint that classifies them, by notebooks 01 to 03. */
export async function classify(
  options: QuickstartOptions,
  split: SplitKind,
  context: RunContext,
): Promise<FinishedFlow<ClassificationFigures>> {
  const { images, labels, group, backbone, out } = options;
  const work = join(out, `pictures-${split}`);
  const task = (notebook: string, title: string, parameters: NotebookTask["parameters"]): NotebookTask => ({
    notebook,
    title: `${title}, ${splitNames[split]}`,
    folder: join(out, "notebooks", split),
    parameters: { ...parameters, work },
  });
  const tasks = [
    task("01-process-and-upload", "Process and upload", {
      dataset: images ?? "synthetic",
      labels: labels ?? "",
      groupColumn: group,
      split,
      validationShare: watchedShare,
      testShare: heldOutShare,
      shortEdge: backbone === undefined ? shortEdge.filterBank : shortEdge.backbone,
      prefix: `pictures-${split}`,
    }),
    task("02-train-and-deploy", "Train and deploy", {
      backbone: backbone ?? "",
      learningRate,
      endpointName: `sightline-pictures-${split}`,
    }),
    task("03-evaluate", "Evaluate", {}),
  ];
  const finished: FinishedTask[] = [];
  for (const each of tasks) finished.push(await runTask(each, context));
  return { tasks: finished, figures: await readClassification(work) };
}

/** A video to a marked-up one, by notebook 04. */
export async function markUp(
  options: QuickstartOptions,
  context: RunContext,
): Promise<FinishedFlow<VideoFigures>> {
  const { video, model, out } = options;
  const work = join(out, "video");
  const finished = await runTask(
    {
      notebook: "04-mark-up-video",
      title: "Mark up the video",
      folder: join(out, "notebooks"),
      parameters: { video: video ?? "synthetic", model: model ?? "synthetic", work, ...firstLook },
    },
    context,
  );
  return { tasks: [finished], figures: await readVideo(work) };
}

export const splitNames: Readonly<Record<SplitKind, string>> = {
  random: "split at random",
  stratified: "split by class",
  group: "split by subject",
};

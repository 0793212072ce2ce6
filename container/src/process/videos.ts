import { copyFile, readdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type VideoSummary, videoStem } from "@sightline/contract/video-job";
import { joinShards, markUpVideo, VideoMarkupError } from "@sightline/video-markup";
import { JobInputError, ModelError } from "../shared/errors.js";
import { readManifest } from "../shared/manifest.js";
import { markUpOptions } from "../shared/mark-up-options.js";
import { servedFolder } from "../shared/served-folder.js";
import type { ProcessContext, ProcessTask } from "./context.js";

/** Marks up this host's share of a video; a single host makes the whole video. */
export const markUp: ProcessTask = async (context) => {
  const { root, cluster, options, output, signal, log } = context;
  const video = await onlyVideo(context);
  const folder = await servedFolder(options.model ?? join(root, "processing/input/model"), log);
  const manifest = await readManifest(folder);
  if (manifest.task === "image-classification") {
    throw new ModelError(
      `The model in ${folder} is for ${manifest.task}; marking up a video needs a detector.`,
    );
  }
  const target = outputPath(output, video);
  const work = markUpVideo(video, target, {
    ...markUpOptions(manifest),
    model: join(folder, manifest.model),
    signal,
    // Whoever stops the job from outside starts it again: finished segments wait beside the output.
    onAbort: "keep",
    ...(cluster.count > 1
      ? { shard: { index: cluster.index + 1, count: cluster.count } }
      : { detectionsPath: linesPath(target) }),
  });
  const follow = async () => {
    let told = performance.now();
    for await (const event of work) {
      if (event.kind !== "frames" || performance.now() - told <= 5000) continue;
      told = performance.now();
      log(`${event.framesRendered} of ${event.frames} frames`);
    }
    const { output: made, frames, detectionCount } = await work;
    return `${made}: ${frames} frames, ${detectionCount} detections`;
  };
  return await mend(follow().catch(blameManifest));
};

/** Puts the shards of all hosts together. One host does it. */
export const joinVideo: ProcessTask = async (context) => {
  const { root, cluster, options, output, signal, log } = context;
  if (cluster.index > 0) return "The first host joins the shards.";
  const video = await onlyVideo(context);
  const target = outputPath(output, video);
  const parts = options.parts ?? join(root, "processing/input/parts");
  const stem = basename(target).replace(/\.mp4$/, "");
  const files = await readdir(parts).catch((cause: unknown) => {
    throw new JobInputError(`The parts' folder ${parts} cannot be read.`, { cause });
  });
  const names = files.filter((name) => name.startsWith(`${stem}.shard-`));
  const counts = names.flatMap((name) => Number(/\.shard-\d+-of-(\d+)\.json$/.exec(name)?.[1] ?? []));
  const count = counts[0];
  if (count === undefined)
    throw new JobInputError(`${parts} holds no shards of ${basename(target)} (${stem}.shard-1-of-N.json).`);
  // The shards must lie beside the output, and inputs may be read-only.
  for (const name of names) await copyFile(join(parts, name), join(output, name));
  log(`Joining ${count} shards`);
  const work = joinShards(video, target, { count, detectionsPath: linesPath(target), signal });
  const { frames, durationSeconds, framesWithDetections, detectionCount, warnings } = await mend(work);
  const summary: VideoSummary = { frames, durationSeconds, framesWithDetections, detectionCount, warnings };
  await writeFile(target.replace(/_output\.mp4$/, "_summary.json"), JSON.stringify(summary));
  return `${target}: ${frames} frames of ${count} shards`;
};

function outputPath(output: string, video: string): string {
  return join(output, `${videoStem(basename(video))}_output.mp4`);
}

function linesPath(target: string): string {
  return target.replace(/_output\.mp4$/, "_detections.jsonl");
}

async function onlyVideo({ root, options }: ProcessContext): Promise<string> {
  const folder = options.video ?? join(root, "processing/input/video");
  const names = (await readdir(folder).catch(() => [] as string[])).filter((name) => !name.startsWith("."));
  if (names.length !== 1) {
    throw new JobInputError(
      `${folder} must hold exactly one video; it holds ${names.join(", ") || "nothing"}.`,
    );
  }
  return join(folder, names[0]!);
}

/** All options are the manifest's, so one out of its range is too. */
function blameManifest(cause: unknown): never {
  if (!(cause instanceof RangeError || cause instanceof TypeError)) throw cause;
  throw new ModelError(`manifest.json: "options" or "input" cannot be used: ${cause.message}`, { cause });
}

/** What the package says of the video, the model or the shards is for the job's owner to mend. */
async function mend<T>(step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (cause) {
    throw cause instanceof VideoMarkupError ? new JobInputError(cause.message, { cause }) : cause;
  }
}

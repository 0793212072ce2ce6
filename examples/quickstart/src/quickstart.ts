import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { removeTemporaryBelow } from "@sightline/foundation/temporary-name";
import { writeWholeFile } from "@sightline/foundation/whole-file";
import { type LocalSageMaker, startLocalSageMaker } from "@sightline/local";
import { writePictures } from "@sightline/video-markup";
import { checkInputs } from "./check-inputs.js";
import { cleanUp } from "./clean-up.js";
import { InputError } from "./errors.js";
import type { ClassificationFigures, VideoFigures } from "./figures.js";
import { classify, type FinishedFlow, markUp } from "./flow.js";
import type { RunContext } from "./notebook-run.js";
import type { QuickstartOptions } from "./options.js";
import type { Progress } from "./progress.js";
import { writeNotebookPages } from "./report/notebook-pages.js";
import { formatReport } from "./report/report.js";
import { makeResult, type QuickstartResult } from "./result.js";
import { together } from "./together.js";

/** Frames of the marked-up video that the report shows. */
const keyFrames = 6;

/** What a run left behind. */
export interface QuickstartOutcome {
  readonly result: QuickstartResult;
  readonly reportPath: string;
}

/** How a run is watched and ended. */
export interface QuickstartControls {
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Called when everything is written; what was deployed stays up until it resolves, with `options.keep`. */
  readonly onWritten: (outcome: QuickstartOutcome, local: LocalSageMaker) => Promise<void>;
}

/**
 * Runs both flows against a local SageMaker of its own, and writes `report.html` and `result.json` into
 * `options.out`. Whatever happens, everything that was started is stopped.
 *
 * @throws InputError, NotebookFailedError, or the local SageMaker's own errors; the signal's reason when aborted
 */
export async function quickstart(
  options: QuickstartOptions,
  { progress, signal, onWritten }: QuickstartControls,
): Promise<void> {
  const { out } = options;
  const { splits } = await progress.step("Check the inputs", () => checkInputs(options, signal));
  await mkdir(out, { recursive: true }).catch((cause: Error) => {
    throw new InputError(`--out ${out}: it cannot be made a folder (${cause.message})`, { cause });
  });
  const local = await progress.step("Start the local SageMaker", () =>
    startLocalSageMaker({ stateDir: join(out, "local-sagemaker"), port: options.port }),
  );
  try {
    // What an earlier run found must not be taken for this one's.
    await Promise.all(["report.html", "result.json"].map((name) => rm(join(out, name), { force: true })));
    const onEvent: RunContext["onEvent"] = (task, event) => progress.notebook(task, event);
    const context = (either: AbortSignal): RunContext => ({ env: local.env, signal: either, onEvent });
    // Each waits half of its time: for kernels, endpoints, jobs.
    const [marked, ...classified] = await together<
      [FinishedFlow<VideoFigures>, ...FinishedFlow<ClassificationFigures>[]]
    >(signal, [
      (either) => markUp(options, context(either)),
      ...splits.map((split) => (either: AbortSignal) => classify(options, split, context(either))),
    ]);
    const { output, detections } = marked.figures;
    const { pictures } = await progress.step("Pick key frames", () =>
      writePictures(output, detections, undefined, { count: keyFrames, width: 480, signal }),
    );
    if (!options.keep) await progress.step("Delete what was deployed", () => cleanUp(local, signal));

    const [main, ...others] = classified.map(({ figures }) => figures);
    const result = makeResult(progress, [main!, ...others], marked.figures);
    const tasks = [...classified.flatMap(({ tasks: finished }) => finished), ...marked.tasks];
    const pages = await writeNotebookPages(tasks, out);
    const reportPath = join(out, "report.html");
    const content = { result, classified, marked, pictures, pages, out };
    await writeWholeFile(reportPath, await formatReport(content));
    await writeWholeFile(join(out, "result.json"), `${JSON.stringify(result, null, 2)}\n`);
    await onWritten({ result, reportPath }, local);
  } finally {
    await local.close();
    // What a notebook was writing when it was ended with its kernel.
    await removeTemporaryBelow(out);
  }
}

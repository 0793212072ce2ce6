import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { ModelPlan } from "./host-protocol.js";
import type { ModelOptions } from "./model-options.js";

/** The model and its options as a host is told them. */
export function planModel(options: ModelOptions, threads: number): ModelPlan {
  const { layout, confidence, iou, maxDetections, classNames, classes, input, decoderModule } = options;
  const path = resolve(options.model);
  // A file that is not there is told of when it is read.
  const file = statSync(path, { throwIfNoEntry: false });
  return {
    path,
    identity: file ? `${file.ino} ${file.size} ${file.mtimeMs}` : "",
    options: {
      ...(layout !== undefined && { layout }),
      ...(confidence !== undefined && { confidence }),
      ...(iou !== undefined && { iou }),
      ...(maxDetections !== undefined && { maxDetections }),
      ...(classNames !== undefined && { classNames }),
      ...(classes !== undefined && { classes }),
      ...(input !== undefined && { input }),
    },
    decoderModule: decoderModule === undefined ? undefined : resolve(decoderModule),
    providers: options.providers ?? ["cpu"],
    threads,
    batch: 1,
  };
}

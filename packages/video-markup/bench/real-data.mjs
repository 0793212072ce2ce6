// The real model and video that every bench here uses; ends the program where they are absent.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const data = process.env.SIGHTLINE_DATA ?? fileURLToPath(new URL("../../../../shared/data", import.meta.url));

/** Path of a detector with an input of 416x416. */
export const model = join(data, "models", "coco_yolox_nano_416.onnx");
/** Path of a road video, to be looped and scaled. */
export const source = join(data, "videos", "car-detection_768x432_12.5fps.mp4");

if (!existsSync(model)) {
  console.error(`the bench needs ${model}: put the shared data beside the repository or set SIGHTLINE_DATA`);
  process.exit(1);
}

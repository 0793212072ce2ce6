import type { LayoutDefinition } from "./layout-definition.js";
import { yoloNmsFreeLayouts } from "./yolo-nms-free.js";
import { yolov8Layouts } from "./yolov8.js";
import { yolox } from "./yolox.js";

/** Every known layout, in the order in which they are tried on a model. */
export const layoutDefinitions: readonly LayoutDefinition[] = [
  ...yolov8Layouts,
  ...yoloNmsFreeLayouts,
  yolox,
];

import { damoYolo } from "./damo-yolo.js";
import { detr, rfDetr, rtDetr, rtDetrHf, rtDetrUltralytics } from "./detr.js";
import { efficientdet } from "./efficientdet.js";
import { fastestdet } from "./fastestdet.js";
import type { LayoutDefinition } from "./layout-definition.js";
import { mxnetSsd } from "./mxnet-ssd.js";
import { nanodet, nanodetPlus } from "./nanodet.js";
import { numDets } from "./num-dets.js";
import { rcnnLayouts } from "./r-cnn.js";
import { ssdTf2 } from "./ssd-tf2.js";
import { yoloNmsFreeLayouts } from "./yolo-nms-free.js";
import { yolov5Layouts } from "./yolov5.js";
import { yolov6 } from "./yolov6.js";
import { yolov8Layouts } from "./yolov8.js";
import { yolox } from "./yolox.js";

/** Every known layout, in the order in which they are tried: telling metadata and names before shapes. */
export const layoutDefinitions: readonly LayoutDefinition[] = [
  rtDetrUltralytics,
  rtDetr,
  nanodet,
  rfDetr,
  detr,
  rtDetrHf,
  ssdTf2,
  numDets,
  efficientdet,
  mxnetSsd,
  ...yolov8Layouts,
  ...yoloNmsFreeLayouts,
  ...yolov5Layouts,
  yolox,
  yolov6,
  nanodetPlus,
  damoYolo,
  ...rcnnLayouts,
  fastestdet,
];

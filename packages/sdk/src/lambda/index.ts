// Lambda functions of the two flows. Nothing else of the package is bundled with them.

export { type ClassifyHandlerOptions, createClassifyHandler } from "./classify-handler.js";
export type { HttpAnswer, HttpEvent } from "./http-event.js";
export {
  createVideoTrigger,
  type S3Event,
  type TriggerContext,
  type VideoTriggerOptions,
  type VideoTriggerResult,
} from "./video-trigger.js";

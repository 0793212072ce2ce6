// What the models need: bucket, roles, repository
export { SightlineFoundation, type SightlineFoundationProps } from "./foundation/sightline-foundation.js";

// Pictures
export {
  type ApiAccess,
  ImageClassificationApi,
  type ImageClassificationApiProps,
} from "./classification/image-classification-api.js";

// Videos
export type { LongVideos } from "./video/long-video-machine.js";
export type { VideoMail } from "./video/video-functions.js";
export { VideoMarkupPipeline, type VideoMarkupPipelineProps } from "./video/video-markup-pipeline.js";

// Training anew
export type { TrainingSource } from "./training/build-source.js";
export { TrainingPipeline, type TrainingPipelineProps } from "./training/training-pipeline.js";

// What bounds cost and abuse, on AWS only
export { SightlineGuards, type SightlineGuardsProps } from "./guards/sightline-guards.js";

// Cleaning up
export { EndpointRemoval, type EndpointRemovalProps } from "./parts/endpoint-removal.js";

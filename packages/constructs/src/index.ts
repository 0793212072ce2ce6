// What the models need: bucket, roles, repository
export { SightlineFoundation, type SightlineFoundationProps } from "./foundation/sightline-foundation.js";

// Pictures
export {
  type ApiAccess,
  ImageClassificationApi,
  type ImageClassificationApiProps,
} from "./classification/image-classification-api.js";

// Cleaning up
export { EndpointRemoval, type EndpointRemovalProps } from "./parts/endpoint-removal.js";

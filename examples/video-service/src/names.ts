/** Name of the stack. */
export const STACK_NAME = "SightlineVideoService";
/** Name of the endpoint, which `deployEndpoint` makes and the stack hands videos to. */
export const ENDPOINT_NAME = "video-service";
/** Folder of the model in the bucket of models: the archive for the endpoint, its files for jobs of many instances. */
export const MODEL_FOLDER = "models/video-service/";
/** Who mails come from where nobody is named: no address that anybody has (RFC 2606). */
export const EXAMPLE_SENDER = "sightline@example.org";

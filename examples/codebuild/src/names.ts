/** Name of the stack. */
export const STACK_NAME = "SightlineCodeBuild";
/** Name of the endpoint that builds make and update. */
export const ENDPOINT_NAME = "codebuild-pictures";
/** Folder of the bucket whose new objects start a build. */
export const DATA_FOLDER = "training-data/";

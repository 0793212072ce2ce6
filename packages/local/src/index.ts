// The server
export type { Logger } from "./cloud.js";
// What it throws
export { LocalError, PortInUseError, StateDirInUseError, StateDirUnusableError } from "./errors.js";
export type { LocalSageMaker, LocalSageMakerOptions } from "./options.js";
export type { ImagePrograms } from "./sagemaker/images.js";
export { startLocalSageMaker } from "./start.js";
export type { Credentials } from "./wire/sigv4.js";

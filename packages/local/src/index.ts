// The server
export { startLocalSageMaker } from "./start.js";
export type { LocalSageMaker, LocalSageMakerOptions } from "./options.js";
export type { Credentials } from "./wire/sigv4.js";
export type { ImagePrograms } from "./images/image-table.js";
export type { Logger } from "./logger.js";

// What it throws
export { LocalError, PortInUseError, StateDirInUseError, StateDirUnusableError } from "./errors.js";

// The server
export { startLocalSageMaker } from "./start.js";
export type { Beside, LocalSageMaker, LocalSageMakerOptions } from "./options.js";
export type { Credentials } from "./wire/sigv4.js";
export type { ImagePrograms } from "./images/image-table.js";
export type { Logger } from "./logger.js";

// What it throws
export {
  EmulatorUnreachableError,
  LocalError,
  MiniStackError,
  PortInUseError,
  StateDirInUseError,
  StateDirUnusableError,
} from "./errors.js";

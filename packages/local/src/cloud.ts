import type { Place } from "./arn.js";
import type { Emulator } from "./beside/emulator.js";
import type { ContainerRunner } from "./containers/container.js";
import type { Logger } from "./logger.js";
import type { LogStore } from "./logs/log-store.js";
import type { Objects } from "./objects/objects.js";
import type { ObjectStore } from "./s3/object-store.js";
import type { RecordFolder } from "./state/record-store.js";

/** What the services share. */
export interface Cloud extends Place {
  readonly records: RecordFolder;
  /** Where jobs, models and asynchronous invocations read and write: the store's objects, or the emulator's. */
  readonly objects: Objects;
  /** What this server's own S3 answers from; undefined beside an emulator. */
  readonly store: ObjectStore | undefined;
  /** What stands beside this server for the rest of AWS, if anything. */
  readonly emulator: Emulator | undefined;
  readonly logs: LogStore;
  readonly containers: ContainerRunner;
  /** Docker's registry that stands for this account's ECR: `127.0.0.1:5000`. Undefined: none does. */
  readonly registry: string | undefined;
  /** Folder for the file trees of running jobs and instances. */
  readonly workDir: string;
  /** Factor on every limit and period of AWS's, so that tests need not wait. */
  readonly timeScale: number;
  readonly maxPayloadBytes: number;
  readonly logger: Logger;
  /** Aborted when the server closes. */
  readonly closing: AbortSignal;
}

import type { Place } from "./arn.js";
import type { ImageTable } from "./images/image-table.js";
import type { Logger } from "./logger.js";
import type { LogStore } from "./logs/log-store.js";
import type { ChildPool } from "./process/child-pool.js";
import type { ObjectStore } from "./s3/object-store.js";
import type { RecordFolder } from "./state/record-store.js";

/** What the services share. */
export interface Cloud extends Place {
  readonly records: RecordFolder;
  readonly objects: ObjectStore;
  readonly logs: LogStore;
  readonly children: ChildPool;
  readonly images: ImageTable;
  /** Folder for the file trees of running jobs and instances. */
  readonly workDir: string;
  /** Variables that send a container's AWS clients to this server. */
  readonly containerEnv: Readonly<Record<string, string>>;
  /** Factor on every limit and period of AWS's, so that tests need not wait. */
  readonly timeScale: number;
  readonly maxPayloadBytes: number;
  readonly logger: Logger;
  /** Aborted when the server closes. */
  readonly closing: AbortSignal;
}

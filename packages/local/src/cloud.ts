import type { LogStore } from "./logs/log-store.js";
import type { ChildPool } from "./process/child-pool.js";
import type { ObjectStore } from "./s3/object-store.js";
import type { ImageTable } from "./sagemaker/images.js";
import type { RecordFolder } from "./state/record-store.js";

/** Takes messages for people; the shape of `console`. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** What the services share. */
export interface Cloud {
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
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

/** An ARN in this server's region and account. */
export function arn(cloud: Cloud, service: string, resource: string): string {
  return `arn:aws:${service}:${cloud.region}:${cloud.account}:${resource}`;
}

/** The instant of a time in ms since 1970, where there is one. */
export function optionalDate(timeMs: number | undefined): Date | undefined {
  return timeMs === undefined ? undefined : new Date(timeMs);
}

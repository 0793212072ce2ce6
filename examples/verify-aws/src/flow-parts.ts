import type { Session } from "@sightline/sdk";
import type { Ledger } from "./ledger.js";

/** With what a flow runs. */
export interface FlowParts {
  readonly session: Session;
  readonly ledger: Ledger;
  /** Folder for files of this machine. */
  readonly folder: string;
  /** Goes into every name. */
  readonly runId: string;
  readonly instances: Instances;
  /** URI of this project's image, for videos. */
  readonly image: string;
  /** Told of each step before it begins. */
  readonly say: (message: string) => void;
  readonly signal: AbortSignal;
  /** How SageMaker is waited for. */
  readonly wait: { readonly firstDelayMs?: number; readonly mostDelayMs?: number };
}

/** What runs where. */
export interface Instances {
  readonly training: string;
  readonly endpoint: string;
  readonly video: string;
}

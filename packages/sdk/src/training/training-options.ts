import type { RawParameters } from "../aws/merge-raw.js";
import type { NetworkOptions } from "../aws/network-options.js";
import type { TrainingAlgorithm } from "./algorithm.js";
import type { Channel } from "./channels.js";

/** A training job to start. */
export interface TrainingJobOptions {
  /** What runs: imageClassification() or customAlgorithm(). */
  readonly algorithm: TrainingAlgorithm;
  /** Inputs by name, for example `train` and `validation`. */
  readonly channels: Readonly<Record<string, Channel>>;
  /** The machines it runs on. */
  readonly instance: {
    /** For example `ml.p3.2xlarge`. */
    readonly type: string;
    /** Default 1. */
    readonly count?: number;
    /** Disk in GiB; must hold the channels in File mode and the model. Default 30. */
    readonly volumeGb?: number;
    /** Keep the instances for the next job that asks for the same, in seconds, up to 21,600; they cost as before. Default 0. */
    readonly keepAliveSeconds?: number;
  };
  /**
   * Default: made of the algorithm's name, the time and chance. A name of your own makes the call
   * repeatable: the job of that name is given back when its request was the same. What lies in the channels is
   * not compared.
   */
  readonly name?: string;
  /** S3 folder of what the job writes. Default: `training/` in the session's bucket. */
  readonly outputUri?: string;
  /** Default: the session's. */
  readonly role?: string;
  /** Limit of the training itself, in seconds, up to 28 days. Default 86,400 (one day). */
  readonly maxRuntimeSeconds?: number;
  /** Spare capacity at a lower price, which may be taken away; the job goes on from its checkpoints. */
  readonly spot?: {
    /** Limit of waiting and training together, in seconds; at least `maxRuntimeSeconds`. */
    readonly maxWaitSeconds: number;
    /** S3 folder that /opt/ml/checkpoints is kept in step with. */
    readonly checkpointUri?: string;
  };
  /** S3 folder that /opt/ml/checkpoints is kept in step with (also without spot). */
  readonly checkpointUri?: string;
  /** Environment variables of the container: at most 100, values up to 1,024 characters. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Subnets and security groups of the containers. Default: SageMaker's own network. */
  readonly network?: NetworkOptions;
  /** Attempts after internal server errors, from 1 to 30. Default: none. */
  readonly retries?: number;
  /** Tags of what is made, beside the session's; at most 40. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Cancels; the promise then rejects with the signal's own reason. */
  readonly signal?: AbortSignal;
  /** Raw parameters of CreateTrainingJob; they win over ours. */
  readonly aws?: RawParameters;
}

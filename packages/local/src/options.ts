import type { ImagePrograms } from "./images/image-table.js";
import type { Logger } from "./logger.js";
import type { Credentials } from "./wire/sigv4.js";

/** How a local SageMaker is to run. */
export interface LocalSageMakerOptions {
  /** Folder that holds all state; made when it is not there. One server at a time may use it. */
  readonly stateDir: string;
  /** TCP port on 127.0.0.1. Default 0: any free one. */
  readonly port?: number;
  /**
   * The key pair that requests must be signed with. Default `sightline` / `sightline-local`; beside an emulator the
   * account number / `sightline-local`, because emulators give their functions the account number as access key id.
   */
  readonly credentials?: Credentials;
  /** Region that ARNs name. Default `us-east-1`. Requests signed for any region are answered. */
  readonly region?: string;
  /** Account that ARNs name, 12 digits. Default `000000000000`. */
  readonly account?: string;
  /**
   * More images, by URI or repository name: command lines, or the folder of a package whose
   * package.json lists its programs under `sightline.programs`.
   */
  readonly images?: Readonly<Record<string, ImagePrograms | string>>;
  /**
   * What runs images. `process`: the programs that the table of images has for them, and Docker for an image that only
   * Docker has. `docker`: Docker, on Linux, with SageMaker's mounts and environment; only the built-in algorithms' images
   * stay processes. Default `process`.
   */
  readonly runner?: "process" | "docker";
  /** What `docker run --gpus` is given, such as `all`. Default: nothing. */
  readonly gpus?: string;
  /**
   * A Docker registry that stands for this account's ECR, such as `127.0.0.1:5000`: repositories are made there, and image
   * URIs of this account looked up. Default: none; Docker asks AWS.
   */
  readonly registry?: string;
  /**
   * Factor on AWS's limits and periods (60 s of an invocation, 120 s between SIGTERM and SIGKILL,
   * MaxRuntimeInSeconds...), so that a test need not wait for them. Default 1.
   */
  readonly timeScale?: number;
  /** Largest request and response body of InvokeEndpoint, bytes. Default 6,291,456, as in the service model. */
  readonly maxPayloadBytes?: number;
  /**
   * What answers for the rest of AWS (Lambda, API Gateway, SNS, EventBridge, CloudFormation...). Its S3 then holds
   * all objects, its topics are told how asynchronous invocations ended, and its default event bus hears of every
   * change of a job or an endpoint, under the source `sightline.sagemaker`. Default: nothing; this server's own S3.
   */
  readonly beside?: Beside;
  /** Whether the status page at `/_sightline/` has buttons that stop jobs and delete endpoints. Default: it only shows. */
  readonly pageActions?: boolean;
  /** Told what happens. Default: nobody. */
  readonly logger?: Logger;
  /** Closes the server when aborted. */
  readonly signal?: AbortSignal;
}

/** An emulator of AWS that runs already, or MiniStack, which is installed, started and stopped with the server. */
export type Beside =
  | {
      /** Where a running emulator answers, such as `http://127.0.0.1:4566`. */
      readonly url: string;
    }
  | {
      /** `"ministack"`: MiniStack from PyPI, in a folder of its own below the user's cache. */
      readonly install: "ministack";
      /** TCP port of it on 127.0.0.1. Default 0: any free one. */
      readonly port?: number;
    };

/** A running local SageMaker. */
export interface LocalSageMaker {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** The TCP port that it listens on. */
  readonly port: number;
  /** The region that its ARNs name. */
  readonly region: string;
  /** The account that its ARNs name, 12 digits. */
  readonly account: string;
  /** The key pair that requests must be signed with. */
  readonly credentials: Credentials;
  /** Where the emulator beside it answers, if there is one. */
  readonly besideUrl: string | undefined;
  /** The variables that send AWS clients here, and to the emulator if there is one: endpoints, keys, region. */
  readonly env: Readonly<Record<string, string>>;
  /** Stops every program that was started, and the server. State stays in `stateDir`. */
  close(): Promise<void>;
}

/** Keys that a client uses when nobody says otherwise. */
export const DEFAULT_CREDENTIALS: Credentials = {
  accessKeyId: "sightline",
  secretAccessKey: "sightline-local",
};
/** Largest payload of InvokeEndpoint by the service model. */
export const DEFAULT_MAX_PAYLOAD_BYTES = 6_291_456;

/** Variables that send an AWS client to a server. */
export function clientEnvironment(
  url: string,
  region: string,
  credentials: Credentials,
): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: "true",
  };
}

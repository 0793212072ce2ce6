import type { ProgramName } from "../images/image-table.js";
import type { Program } from "../process/child-pool.js";

/** What a container is to run. */
export interface ContainerCommand {
  /** URI of its image. */
  readonly image: string;
  /** The program of the contract that it runs where nothing else is said. */
  readonly program: ProgramName;
  /** Runs instead of the program. */
  readonly entrypoint?: readonly string[] | undefined;
  readonly args?: readonly string[] | undefined;
  /** The script that the job brings, in the root's `code`: runs instead of the program where the image runs such. */
  readonly script?:
    | {
        readonly program: string;
        readonly args: readonly string[];
        /** What it is told of the job. Images that run in Docker tell it themselves. */
        readonly env: Readonly<Record<string, string>>;
      }
    | undefined;
}

/** A container to start. */
export interface ContainerOptions extends ContainerCommand {
  /** Folder of this machine that is `/opt/ml` in the container. */
  readonly root: string;
  /** Folder of this machine that is `/opt/ml/model`, shared with others. Default: the one in `root`. */
  readonly model?: string;
  /** Variables besides those that send AWS clients to this server. */
  readonly env: Readonly<Record<string, string>>;
  /** Told every line that it prints. */
  readonly onLine: (line: string) => void;
}

/** What runs containers: processes of this machine, or Docker. */
export interface ContainerRunner {
  /** @throws AwsError ValidationException for what it knows that it cannot run */
  check(command: ContainerCommand): Promise<void>;
  /** What a container of an image calls a file below the folder that is its `/opt/ml`. */
  pathInside(image: string, root: string, file: string): Promise<string>;
  /** Starts one. A container that cannot be started has ended, and has said why. */
  start(options: ContainerOptions): Promise<Program>;
}

import type { Cloud } from "../../cloud.js";
import type { ContainerCommand } from "../../containers/container.js";
import type { Program } from "../../process/child-pool.js";

/** SageMaker's name of a host of a job, counted from 0. */
export function hostName(index: number): string {
  return `algo-${index + 1}`;
}

/** One host of a job: its container, its file tree and its log. */
export interface HostOptions {
  readonly job: { readonly name: string; readonly created: number };
  readonly logGroup: string;
  /** Its number, counted from 0. */
  readonly host: number;
  /** What is `/opt/ml` to the program. */
  readonly root: string;
  readonly command: ContainerCommand;
  readonly env: Readonly<Record<string, string>>;
  /** Told every line that goes to the log. */
  readonly onLine?: (line: string) => void;
}

/** Starts the program of one host; what it prints becomes a log stream of its own. */
export async function startHost(cloud: Cloud, options: HostOptions): Promise<Program> {
  const { job, host, root, onLine } = options;
  const log = cloud.logs.open(
    options.logGroup,
    `${job.name}/${hostName(host)}-${Math.floor(job.created / 1000)}`,
  );
  const program = await cloud.containers.start({
    ...options.command,
    root,
    env: options.env,
    onLine(line) {
      log.write(line);
      onLine?.(line);
    },
  });
  void program.exited.then(() => log.close());
  return program;
}

import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import path from "node:path";
import { promisify } from "node:util";
import { AwsError } from "../errors.js";
import type { Logger } from "../logger.js";
import { type ChildPool, dockerEnvironment } from "../process/child-pool.js";
import type { ContainerOptions, ContainerRunner } from "./container.js";

/** What Docker needs of the server. */
export interface RunnerParts {
  readonly children: ChildPool;
  readonly clientEnv: Readonly<Record<string, string>>;
  readonly stateDir: string;
  readonly account: string;
  readonly logger: Logger;
}

/** How Docker is called. */
export interface DockerRunnerOptions extends RunnerParts {
  /** The registry in which this account's ECR URIs are looked up: `127.0.0.1:5000`. Default: as they are. */
  readonly registry: string | undefined;
  /** `--gpus` of `docker run`, such as `all`. */
  readonly gpus: string | undefined;
}

/** Label of every container, with the state directory of its server. */
const STATE_LABEL = "sightline.local.state";
/** How long the engine may take to say whether it has an image. */
const ASK_MS = 5_000;

/** Whether there is an engine that has an image, on Linux, where its containers can be run. */
export async function dockerHas(image: string): Promise<boolean> {
  if (process.platform !== "linux") return false;
  try {
    await promisify(execFile)("docker", ["image", "inspect", "--format", "{{.Id}}", image], {
      timeout: ASK_MS,
    });
    return true;
  } catch {
    // No docker, no engine or no image: all the same to whoever asks.
    return false;
  }
}

/**
 * Runs images by Docker's command line, with SageMaker's mounts and environment, on the network of this machine. Linux
 * only: elsewhere the engine is in a machine of its own, which does not see this one's loopback.
 */
export function createDockerRunner(options: DockerRunnerOptions): ContainerRunner {
  const { children, stateDir, logger } = options;
  const env = dockerEnvironment();
  const docker = (...args: string[]) => promisify(execFile)("docker", args);
  // What a former run of the server left behind, should its reaper have been killed too.
  void removeLeftOver(docker, stateDir, children.label, logger);
  return {
    async check({ image }) {
      if (process.platform === "linux") return;
      throw new AwsError(
        "ValidationException",
        `Docker runs "${image}" on Linux only; choose the process runner.`,
      );
    },
    pathInside: async (_image, root, file) => path.posix.join("/opt/ml", path.relative(root, file)),
    async start(container) {
      const name = `sightline-local-${randomBytes(6).toString("hex")}`;
      return children.start({
        command: ["docker", ...runArguments(options, container, name)],
        cwd: container.root,
        env,
        onLine: container.onLine,
        container: {
          // Refused where it has ended after all.
          kill: () => docker("rm", "--force", name).catch(() => undefined),
          ended: () => giveFilesBack(docker, container, imageName(options, container.image), logger),
        },
      });
    },
  };
}

/** @returns the arguments of `docker run` */
export function runArguments(
  options: Pick<DockerRunnerOptions, "clientEnv" | "registry" | "gpus" | "stateDir" | "account"> & {
    readonly children: Pick<ChildPool, "label">;
  },
  { image, program, entrypoint, args = [], root, model, env }: ContainerOptions,
  name: string,
): string[] {
  const { clientEnv, gpus, stateDir, children } = options;
  const [first, ...rest] = entrypoint ?? [];
  return [
    "run",
    "--rm",
    `--name=${name}`,
    `--label=${STATE_LABEL}=${stateDir}`,
    `--label=${children.label}`,
    "--network=host",
    `--volume=${root}:/opt/ml`,
    ...(model === undefined ? [] : [`--volume=${model}:/opt/ml/model:ro`]),
    ...(gpus === undefined ? [] : [`--gpus=${gpus}`]),
    ...Object.entries({ ...clientEnv, ...env }).map(([key, value]) => `--env=${key}=${value}`),
    ...(first === undefined ? [] : [`--entrypoint=${first}`]),
    imageName(options, image),
    ...(first === undefined ? [program] : rest),
    ...args,
  ];
}

/** A URI of this account's ECR is in the registry that stands for it. */
function imageName(
  { registry, account }: Pick<DockerRunnerOptions, "registry" | "account">,
  uri: string,
): string {
  if (registry === undefined) return uri;
  return uri.replace(new RegExp(`^${account}\\.dkr\\.ecr\\.[a-z0-9-]+\\.[a-z0-9.]+/`), `${registry}/`);
}

type Docker = (...args: string[]) => Promise<{ readonly stdout: string }>;

/** A container is root, as on SageMaker: where the caller is not, its files would be out of reach. */
async function giveFilesBack(
  docker: Docker,
  { root }: ContainerOptions,
  image: string,
  logger: Logger,
): Promise<void> {
  const [user, group] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  if (user === 0) return;
  const change = ["--entrypoint=chown", image, "-R", `${user}:${group}`, "/opt/ml"];
  try {
    await docker("run", "--rm", "--network=none", "--user=0", `--volume=${root}:/opt/ml`, ...change);
  } catch (error) {
    logger.warn(`The files of ${image} stay root's: ${(error as Error).message}`);
  }
}

/** Removes the containers of former runs of a server. */
async function removeLeftOver(docker: Docker, stateDir: string, own: string, logger: Logger): Promise<void> {
  try {
    const filter = ["--all", "--filter", `label=${STATE_LABEL}=${stateDir}`];
    const { stdout } = await docker("ps", ...filter, "--format", "{{.ID}} {{.Labels}}");
    const left = stdout.split("\n").filter((line) => line !== "" && !line.includes(own));
    if (left.length > 0) await docker("rm", "--force", ...left.map((line) => line.split(" ")[0]!));
  } catch (error) {
    logger.warn(`Docker does not answer: ${(error as Error).message}`);
  }
}

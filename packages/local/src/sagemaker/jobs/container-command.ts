import type { Cloud } from "../../cloud.js";
import type { ImagePrograms } from "../../images/image-table.js";

/** What a job says of its container's command line. */
export interface CommandRequest {
  readonly ContainerEntrypoint?: readonly string[];
  readonly ContainerArguments?: readonly string[];
}

/**
 * The command line of a job's container: its entry point, or the image's program for this kind of job,
 * and the arguments.
 *
 * @throws AwsError ValidationException when the image has no such program
 */
export function containerCommand(
  cloud: Cloud,
  image: string,
  program: keyof ImagePrograms,
  { ContainerEntrypoint: entrypoint = [program], ContainerArguments: args = [] }: CommandRequest,
): readonly string[] {
  const [first = program, ...rest] = entrypoint;
  // In the image its programs are on PATH; here they are scripts that the table knows.
  const isOwn = first === "process" || first === "train" || first === "serve";
  const entry = isOwn ? cloud.images.command(image, first) : [first];
  return [...entry, ...rest, ...args];
}

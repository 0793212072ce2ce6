import path from "node:path";
import { AwsError } from "../errors.js";
import { localText } from "../scripts/local-script.js";

/** Root of the container contract's paths. */
const CONTAINER_ROOT = "/opt/ml";

/** Whether a path lies in the tree that a container's contract gives it. */
export function isContainerPath(containerPath: string): boolean {
  return containerPath === CONTAINER_ROOT || containerPath.startsWith(`${CONTAINER_ROOT}/`);
}

/**
 * The place on this machine of a path below `/opt/ml`.
 *
 * @throws AwsError ValidationException for another path
 */
export function localPath(root: string, containerPath: string): string {
  const local = path.join(root, path.posix.normalize(containerPath).slice(CONTAINER_ROOT.length));
  if (isContainerPath(path.posix.normalize(containerPath))) return local;
  throw new AwsError(
    "ValidationException",
    `The local SageMaker has only paths below ${CONTAINER_ROOT}, not "${containerPath}".`,
  );
}

/** An option with its value in one word: `--input=/opt/ml/processing/input`. */
const OPTION_WITH_PATH = /^(--?[^=/]+=)(.*)$/s;

/** A shell that is given its script as a text: `/bin/bash -c "..."`, as the Python SDK 3 starts jobs. */
export function isShellText([file = "", option]: readonly string[]): boolean {
  return /^((ba|da|z)?sh)$/.test(path.posix.basename(file)) && option === "-c";
}

/** A command line with its `/opt/ml` paths made local. */
export function localCommand(root: string, command: readonly string[]): string[] {
  if (isShellText(command)) return command.map((part) => localText(root, part));
  return command.map((part) => {
    const [, option = "", value = part] = OPTION_WITH_PATH.exec(part) ?? [];
    return isContainerPath(value) ? option + localPath(root, value) : part;
  });
}

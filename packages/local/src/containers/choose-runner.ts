import { builtInAlgorithmOf } from "@sightline/contract/built-in-algorithms";
import type { ImageTable } from "../images/image-table.js";
import type { ContainerRunner } from "./container.js";
import { dockerHas } from "./docker-runner.js";

/**
 * Runs each image where it can: in Docker where that was asked for, or where only Docker has it; else as processes. The
 * built-in algorithms' images are AWS's own, so that Docker has no way to them: they are processes always.
 *
 * @param wanted what images run by that can run by both
 * @param docker made at once where Docker was asked for, which removes what a former run left; else when the first
 * image needs it
 */
export function chooseRunner(
  wanted: "process" | "docker",
  images: ImageTable,
  processes: ContainerRunner,
  docker: () => ContainerRunner,
): ContainerRunner {
  let made = wanted === "docker" ? docker() : undefined;
  // A no is asked again: the image may have been pulled or built since.
  const found = new Set<string>();
  const inDocker = async (image: string): Promise<boolean> => {
    if (!found.has(image) && (await dockerHas(image))) found.add(image);
    return found.has(image);
  };
  const runnerOf = async (image: string): Promise<ContainerRunner> => {
    if (builtInAlgorithmOf(image) !== undefined) return processes;
    if (wanted === "process" && (images.knows(image) || !(await inDocker(image)))) return processes;
    made ??= docker();
    return made;
  };
  return {
    check: async (command) => (await runnerOf(command.image)).check(command),
    pathInside: async (image, root, file) => (await runnerOf(image)).pathInside(image, root, file),
    start: async (options) => (await runnerOf(options.image)).start(options),
  };
}

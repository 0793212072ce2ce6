import { builtInAlgorithmOf } from "@sightline/contract/built-in-algorithms";
import type { ImageTable } from "../images/image-table.js";
import type { ContainerRunner } from "./container.js";
import { dockerHas } from "./docker-runner.js";

/**
 * Runs each image where it can: in Docker where that was asked for, or where only Docker has it; else as processes. The
 * built-in algorithms' images are AWS's own, so that Docker has no way to them: they are processes always.
 *
 * @param wanted what images run by that can run by both
 * @param docker made when the first image needs it
 */
export function chooseRunner(
  wanted: "process" | "docker",
  images: ImageTable,
  processes: ContainerRunner,
  docker: () => ContainerRunner,
): ContainerRunner {
  let made: ContainerRunner | undefined;
  const runnerOf = (image: string): ContainerRunner => {
    if (builtInAlgorithmOf(image) !== undefined) return processes;
    if (wanted === "process" && (images.knows(image) || !dockerHas(image))) return processes;
    made ??= docker();
    return made;
  };
  return {
    check: (command) => runnerOf(command.image).check(command),
    start: (options) => runnerOf(options.image).start(options),
  };
}

import { symlinkSync } from "node:fs";
import path from "node:path";
import { environment } from "@sightline/contract/environment";
import type { ImageTable } from "../images/image-table.js";
import type { ChildPool } from "../process/child-pool.js";
import type { ContainerCommand, ContainerRunner } from "./container.js";
import { localCommand } from "./container-path.js";

/** Runs an image's programs as processes of this machine, with a folder in the place of `/opt/ml`. */
export function createProcessRunner(
  children: ChildPool,
  images: ImageTable,
  clientEnv: Readonly<Record<string, string>>,
): ContainerRunner {
  return {
    async check(command) {
      commandLine(images, command);
    },
    async start(options) {
      const { root, model, env, onLine } = options;
      if (model !== undefined) symlinkSync(model, path.join(root, "model"));
      return children.start({
        command: localCommand(root, commandLine(images, options)),
        cwd: root,
        env: { ...clientEnv, ...env, [environment.mlRoot]: root },
        onLine,
      });
    },
  };
}

function commandLine(
  images: ImageTable,
  { image, program, entrypoint, args = [] }: ContainerCommand,
): string[] {
  const [first = program, ...rest] = entrypoint ?? [program];
  // In the image its programs are on PATH; here they are scripts that the table knows.
  const isOwn = first === "process" || first === "train" || first === "serve";
  const entry = isOwn ? images.command(image, first) : [first];
  return [...entry, ...rest, ...args];
}

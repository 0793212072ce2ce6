import { symlinkSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { environment } from "@sightline/contract/environment";
import type { ImageTable } from "../images/image-table.js";
import type { ChildPool } from "../process/child-pool.js";
import { localiseScripts, SCRIPT } from "../scripts/local-script.js";
import { pythonNames } from "../scripts/python-names.js";
import type { ContainerCommand, ContainerRunner } from "./container.js";
import { isContainerPath, isShellText, localCommand, localPath } from "./container-path.js";

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
    pathInside: async (_image, _root, file) => file,
    async start(options) {
      const { root, model, env, onLine } = options;
      if (model !== undefined) symlinkSync(model, path.join(root, "model"));
      const line = commandLine(images, options);
      const scripts = scriptsOf(options);
      for (const script of scripts) await localiseScripts(localPath(root, script), root);
      const brought = scripts.length > 0 || options.script !== undefined;
      const names = brought
        ? { PATH: `${await pythonNames(root)}${path.delimiter}${process.env.PATH ?? ""}` }
        : {};
      return children.start({
        command: localCommand(root, line),
        cwd: root,
        env: { ...names, ...clientEnv, ...options.script?.env, ...env, [environment.mlRoot]: root },
        onLine,
      });
    },
  };
}

/** Where the scripts lie that an entry point runs: itself, or the channels that a shell's text names and the code beside them. */
function scriptsOf({ entrypoint = [], args = [] }: ContainerCommand): readonly string[] {
  const line = [...entrypoint, ...args];
  if (!isShellText(line)) return entrypoint.filter((part) => isContainerPath(part) && SCRIPT.test(part));
  const named = line.flatMap((part) => part.match(/\/opt\/ml\/input\/data\/[\w-]+(?=\/)/g) ?? []);
  return named.length === 0 ? [] : [...new Set([...named, "/opt/ml/input/data/code"])];
}

function commandLine(
  images: ImageTable,
  { image, program, entrypoint, args = [], script }: ContainerCommand,
): string[] {
  if (script !== undefined && images.runsScripts(image)) {
    const runner = fileURLToPath(new URL("./run-script.js", import.meta.url));
    return [process.execPath, runner, "/opt/ml/code", script.program, ...script.args];
  }
  const [first = program, ...rest] = entrypoint ?? [program];
  // In the image its programs are on PATH; here they are scripts that the table knows.
  const isOwn = first === "process" || first === "train" || first === "serve";
  const entry = isOwn ? images.command(image, first) : [first];
  return [...entry, ...rest, ...args];
}

import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../errors.js";
import { ownKernelArguments, ownKernelName } from "./find.js";
import { userDataFolder } from "./jupyter-paths.js";
import { logo } from "./logo.js";

/** Where and under which name the kernel is installed. */
export interface InstallOptions {
  /** Folder like a virtual environment's: the spec goes to `<prefix>/share/jupyter/kernels`. Default: the user's. */
  readonly prefix?: string;
  /** Folder name of the spec, letters, digits, `-`, `_`, `.`. Default "sightline". */
  readonly name?: string;
  /** What front ends show. Default "TypeScript (Sightline)". */
  readonly displayName?: string;
}

/**
 * Installs the kernel for Jupyter and returns the folder of its spec. Needs no Python: a spec is a JSON file.
 * The spec holds absolute paths of this Node.js and this package, so it is installed anew after either moves.
 */
export async function installKernel(options: InstallOptions = {}): Promise<string> {
  const folder = specFolder(options);
  const spec = {
    argv: ownKernelArguments(),
    display_name: options.displayName ?? "TypeScript (Sightline)",
    language: "typescript",
    interrupt_mode: "message",
    env: {},
    metadata: { debugger: false },
  };
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "kernel.json"), `${JSON.stringify(spec, null, 2)}\n`);
    await writeFile(join(folder, "logo-svg.svg"), logo);
  } catch (cause) {
    const why = (cause as Error).message;
    throw new UsageError(`Cannot install into ${folder}: ${why}. Choose another place with --prefix DIR.`, {
      cause,
    });
  }
  return folder;
}

/** Removes the kernel's spec and returns its folder, or undefined when it was not installed there. */
export async function uninstallKernel(options: InstallOptions = {}): Promise<string | undefined> {
  const folder = specFolder(options);
  const file = join(folder, "kernel.json");
  if (!existsSync(file)) return undefined;
  const spec = JSON.parse(await readFile(file, "utf8")) as { argv?: string[] };
  if (!spec.argv?.some((part) => part.endsWith("kernel.cjs"))) {
    throw new UsageError(
      `${file} belongs to another kernel (it starts ${spec.argv?.[0]}); it is left alone.`,
    );
  }
  await rm(folder, { recursive: true });
  return folder;
}

function specFolder({ prefix, name = ownKernelName }: InstallOptions): string {
  // "." and ".." would be the folder of all kernels, and all of Jupyter's data, which uninstalling removes.
  if (!/^\w[\w.-]*$/.test(name)) {
    throw new UsageError(
      `A kernel name has letters, digits, "-", "_" and "." only, and begins with none of "-" and ".", got "${name}".`,
    );
  }
  const data = prefix === undefined ? userDataFolder() : join(prefix, "share", "jupyter");
  return join(data, "kernels", name);
}

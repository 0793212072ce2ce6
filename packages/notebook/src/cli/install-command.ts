import type { Command, OptionValues } from "@sightline/foundation/command-line";
import { textOption } from "@sightline/foundation/option-values";
import { type InstallOptions, installKernel, uninstallKernel } from "../kernelspec/install.js";
import { exitStatus } from "./exit-status.js";

const help = `Usage: sightline-notebook install [--prefix DIR] [--name NAME] [--display-name TEXT]
       sightline-notebook uninstall [--prefix DIR] [--name NAME]

Writes (removes) a kernel spec in your Jupyter data folder, or in DIR/share/jupyter for a virtual environment
(--prefix "$VIRTUAL_ENV"). Needs no Python. Install again after Node.js or this package has moved.
`;

const places = { prefix: { type: "string" }, name: { type: "string" } } as const;

/** `install` */
export const installCommand: Command = {
  help,
  options: { ...places, "display-name": { type: "string" } },
  run: async (_, values, io) => {
    io.out(`Installed ${await installKernel(chosen(values))}\n`);
    return exitStatus.ok;
  },
};

/** `uninstall` */
export const uninstallCommand: Command = {
  help,
  options: places,
  run: async (_, values, io) => {
    const folder = await uninstallKernel(chosen(values));
    io.out(folder === undefined ? "It was not installed.\n" : `Removed ${folder}\n`);
    return exitStatus.ok;
  },
};

function chosen(values: OptionValues): InstallOptions {
  const prefix = textOption(values, "prefix");
  const name = textOption(values, "name");
  const displayName = textOption(values, "display-name");
  return {
    ...(prefix === undefined ? {} : { prefix }),
    ...(name === undefined ? {} : { name }),
    ...(displayName === undefined ? {} : { displayName }),
  };
}

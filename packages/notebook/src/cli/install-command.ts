import { parseArgs } from "node:util";
import { installKernel, uninstallKernel } from "../kernelspec/install.js";
import { exitStatus } from "./exit-status.js";

const options = {
  prefix: { type: "string" },
  name: { type: "string" },
  "display-name": { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

const help = `Usage: sightline-notebook install [--prefix DIR] [--name NAME] [--display-name TEXT]
       sightline-notebook uninstall [--prefix DIR] [--name NAME]

Writes (removes) a kernel spec in your Jupyter data folder, or in DIR/share/jupyter for a virtual environment
(--prefix "$VIRTUAL_ENV"). Needs no Python. Install again after Node.js or this package has moved.
`;

/** `install` */
export async function installCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options });
  if (values.help) return print(help);
  const folder = await installKernel(chosen(values));
  return print(`Installed ${folder}\n`);
}

/** `uninstall` */
export async function uninstallCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options });
  if (values.help) return print(help);
  const folder = await uninstallKernel(chosen(values));
  return print(folder === undefined ? "It was not installed.\n" : `Removed ${folder}\n`);
}

function chosen(values: { prefix?: string; name?: string; "display-name"?: string }) {
  return {
    ...(values.prefix === undefined ? {} : { prefix: values.prefix }),
    ...(values.name === undefined ? {} : { name: values.name }),
    ...(values["display-name"] === undefined ? {} : { displayName: values["display-name"] }),
  };
}

function print(text: string): number {
  process.stdout.write(text);
  return exitStatus.ok;
}

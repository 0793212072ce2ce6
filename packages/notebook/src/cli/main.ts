import { NotebookError } from "../errors.js";
import { packageVersion } from "../package-root.js";
import { clearCommand } from "./clear-command.js";
import { doctorCommand } from "./doctor-command.js";
import { exitStatus } from "./exit-status.js";
import { installCommand, uninstallCommand } from "./install-command.js";
import { lintCommand } from "./lint-command.js";
import { runCommand } from "./run-command.js";

const help = `sightline-notebook: TypeScript notebooks for Jupyter, by hand and headlessly.

Usage:
  sightline-notebook run NOTEBOOK [OUTPUT]   run a notebook without Jupyter or Python
  sightline-notebook install                 install the kernel "TypeScript (Sightline)" for Jupyter
  sightline-notebook uninstall               remove it
  sightline-notebook doctor                  look for what is missing
  sightline-notebook clear NOTEBOOK...       remove outputs before a commit
  sightline-notebook lint NOTEBOOK...        check that notebooks are fit to be committed

"sightline-notebook COMMAND --help" tells a command's options.
`;

const commands: Readonly<Record<string, (args: string[]) => Promise<number>>> = {
  run: runCommand,
  install: installCommand,
  uninstall: uninstallCommand,
  doctor: doctorCommand,
  clear: clearCommand,
  lint: lintCommand,
};

async function main([name, ...args]: string[]): Promise<number> {
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    process.stdout.write(help);
    return name === undefined ? exitStatus.usage : exitStatus.ok;
  }
  if (name === "--version") {
    process.stdout.write(`${packageVersion()}\n`);
    return exitStatus.ok;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    process.stderr.write(`There is no command "${name}". Known: ${Object.keys(commands).join(", ")}.\n`);
    return exitStatus.usage;
  }
  return await command(args);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const { code } = error as NodeJS.ErrnoException;
  // parseArgs explains a wrong option well enough by itself.
  if (!(error instanceof NotebookError) && !code?.startsWith("ERR_PARSE_ARGS")) throw error;
  process.stderr.write(`sightline-notebook: ${(error as Error).message}\n`);
  process.exitCode = exitStatus.usage;
}

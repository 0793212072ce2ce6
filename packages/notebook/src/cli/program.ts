import type { Command, Program } from "@sightline/foundation/command-line";
import { NotebookError } from "../errors.js";
import { packageVersion } from "../package-root.js";
import { exitStatus } from "./exit-status.js";

const help = `sightline-notebook: TypeScript notebooks for Jupyter, by hand and headlessly.

Usage:
  sightline-notebook run NOTEBOOK [OUTPUT]   run a notebook without Jupyter or Python
  sightline-notebook install                 install the kernel "TypeScript (Sightline)" for Jupyter
  sightline-notebook uninstall               remove it
  sightline-notebook doctor                  look for what is missing
  sightline-notebook clear NOTEBOOK...       remove outputs before a commit
  sightline-notebook lint NOTEBOOK...        check that notebooks are fit to be committed

"sightline-notebook COMMAND --help" tells a command's options.

Example
  sightline-notebook run train.ipynb out/train.ipynb -p epochs=3
`;

/** The program `sightline-notebook`. */
export const program: Program = {
  name: "sightline-notebook",
  version: packageVersion(),
  help,
  commands: [
    entry(
      "run",
      "run a notebook without Jupyter or Python",
      async () => (await import("./run-command.js")).runCommand,
    ),
    entry("install", "install the kernel", async () => (await import("./install-command.js")).installCommand),
    entry(
      "uninstall",
      "remove the kernel",
      async () => (await import("./install-command.js")).uninstallCommand,
    ),
    entry(
      "doctor",
      "look for what is missing",
      async () => (await import("./doctor-command.js")).doctorCommand,
    ),
    entry("clear", "remove outputs", async () => (await import("./clear-command.js")).clearCommand),
    entry("lint", "check notebooks", async () => (await import("./lint-command.js")).lintCommand),
  ],
  isExpected: (error) => error instanceof NotebookError,
};

/** What cannot begin (no notebook, no kernel, a wrong parameter) is status 2 here: 1 is for notebooks that failed. */
function entry(name: string, summary: string, load: () => Promise<Command>) {
  return {
    name,
    summary,
    load: async (): Promise<Command> => {
      const command = await load();
      return {
        ...command,
        run: async (positionals, values, io) => {
          try {
            return await command.run(positionals, values, io);
          } catch (error) {
            if (!(error instanceof NotebookError)) throw error;
            io.err(`sightline-notebook: ${error.message}\n`);
            return exitStatus.usage;
          }
        },
      };
    },
  };
}

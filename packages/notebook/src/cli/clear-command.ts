import { readFile } from "node:fs/promises";
import type { Command } from "@sightline/foundation/command-line";
import { clearNotebook } from "../notebook-file/clear.js";
import { parseNotebook } from "../notebook-file/read.js";
import { formatNotebook, writeAtomically } from "../notebook-file/write.js";
import { exitStatus } from "./exit-status.js";
import { findNotebooks } from "./find-notebooks.js";

const help = `Usage: sightline-notebook clear [--check] NOTEBOOK|FOLDER...

Removes outputs, execution counts, times, provenance and injected parameters, in place.
--check changes nothing and exits with 1 when something would change.
`;

/** `clear` */
export const clearCommand: Command = {
  help,
  options: { check: { type: "boolean" } },
  run: async (positionals, { check = false }, io) => {
    let changed = 0;
    for (const path of await findNotebooks(positionals)) {
      const before = await readFile(path, "utf8");
      const notebook = parseNotebook(before, path);
      clearNotebook(notebook);
      const after = formatNotebook(notebook);
      if (after === before) continue;
      changed++;
      if (!check) await writeAtomically(path, after);
      io.out(`${check ? "not clear" : "cleared"}  ${path}\n`);
    }
    return check && changed > 0 ? exitStatus.failed : exitStatus.ok;
  },
};

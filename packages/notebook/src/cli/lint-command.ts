import type { Command } from "@sightline/foundation/command-line";
import { lintNotebook } from "../notebook-file/lint.js";
import { readNotebook } from "../notebook-file/read.js";
import { exitStatus } from "./exit-status.js";
import { findNotebooks } from "./find-notebooks.js";

const help = `Usage: sightline-notebook lint [--json] NOTEBOOK|FOLDER...

Checks that notebooks are fit to be committed: no outputs, cells in order, no empty cells, unique ids, a kernel,
one parameters cell, a title. Exit status 1 when there are findings.
`;

/** `lint` */
export const lintCommand: Command = {
  help,
  options: { json: { type: "boolean" } },
  run: async (positionals, { json = false }, io) => {
    const all: object[] = [];
    for (const path of await findNotebooks(positionals)) {
      for (const finding of lintNotebook(await readNotebook(path))) {
        all.push({ path, ...finding });
        if (json) continue;
        const where = finding.cell === undefined ? path : `${path}: cell ${finding.cell}`;
        io.out(`${where} ${finding.message} (${finding.rule})\n`);
      }
    }
    if (json) io.out(`${JSON.stringify(all, null, 2)}\n`);
    return all.length > 0 ? exitStatus.failed : exitStatus.ok;
  },
};

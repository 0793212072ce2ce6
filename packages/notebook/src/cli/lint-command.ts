import { parseArgs } from "node:util";
import { lintNotebook } from "../notebook-file/lint.js";
import { readNotebook } from "../notebook-file/read.js";
import { exitStatus } from "./exit-status.js";
import { findNotebooks } from "./find-notebooks.js";

const help = `Usage: sightline-notebook lint [--json] NOTEBOOK|FOLDER...

Checks that notebooks are fit to be committed: no outputs, cells in order, no empty cells, unique ids, a kernel,
one parameters cell, a title. Exit status 1 when there are findings.
`;

/** `lint` */
export async function lintCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    process.stdout.write(help);
    return exitStatus.ok;
  }
  const all: object[] = [];
  for (const path of await findNotebooks(positionals)) {
    for (const finding of lintNotebook(await readNotebook(path))) {
      all.push({ path, ...finding });
      if (values.json) continue;
      const where = finding.cell === undefined ? path : `${path}: cell ${finding.cell}`;
      process.stdout.write(`${where} ${finding.message} (${finding.rule})\n`);
    }
  }
  if (values.json) process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
  return all.length > 0 ? exitStatus.failed : exitStatus.ok;
}

import type { Command } from "@sightline/foundation/command-line";
import { positional, textOption } from "@sightline/foundation/option-values";
import { formatListFile, writeListFile } from "../../list/list-file.js";
import { LIST_OPTIONS, LIST_OPTIONS_HELP, listFromOptions } from "../list-options.js";
import { SPLIT_OPTIONS, SPLIT_OPTIONS_HELP, splitFromOptions } from "../split-options.js";

const helpOf = (name: string, what: string, example: string): string => `recordio ${name}: ${what}

Usage: recordio ${name} FOLDER [options]

  -o, --output PREFIX   write PREFIX.lst, or PREFIX_PART.lst for each part; without it the list goes to stdout
  --json                {part: {classes, entries}} as JSON on stdout

${LIST_OPTIONS_HELP}
${SPLIT_OPTIONS_HELP}
Example:
  ${example}
`;

/** `recordio list`: a list on stdout or in a file. */
export const listCommand: Command = makeListCommand(
  "list",
  "the images of a folder, CSV or JSON lines as a .lst",
  "recordio list pictures -o out/drivers",
  undefined,
);

/** `recordio split`: the same, split at random unless told otherwise. */
export const splitCommand: Command = makeListCommand(
  "split",
  "the same, split into parts",
  "recordio split pictures -o out/drivers --split group --csv drivers.csv --parts train=0.7,validation=0.3",
  "random",
);

function makeListCommand(name: string, summary: string, example: string, split: string | undefined): Command {
  return {
    help: helpOf(name, summary, example),
    options: {
      ...LIST_OPTIONS,
      ...SPLIT_OPTIONS,
      output: { type: "string", short: "o" },
      json: { type: "boolean" },
    },
    async run(positionals, values, io) {
      const [folder] = positional(positionals, "FOLDER") as [string];
      const list = await listFromOptions(folder, values, io);
      const parts = splitFromOptions(list, { ...values, split: values.split ?? split });
      const output = textOption(values, "output");
      for (const [part, { entries }] of parts) {
        if (output !== undefined) {
          const path = `${output.replace(/\.lst$/, "")}${part === "" ? "" : `_${part}`}.lst`;
          await writeListFile(path, entries);
          io.err(`${path}: ${entries.length} images\n`);
        } else if (values.json !== true) {
          if (part !== "") io.err(`${part}: ${entries.length} images\n`);
          io.out(formatListFile(entries));
        }
      }
      if (values.json === true) io.out(`${JSON.stringify(Object.fromEntries(parts), undefined, 2)}\n`);
      return 0;
    },
  };
}

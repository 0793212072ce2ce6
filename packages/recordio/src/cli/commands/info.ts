import type { Command } from "@sightline/foundation/command-line";
import { positional, textOption } from "@sightline/foundation/option-values";
import { writeWholeFile } from "@sightline/foundation/whole-file";
import { namesBeside } from "../../read/names-beside.js";
import { recordIOInfoPage } from "../../verify/info-page.js";
import { recordIOInfo } from "../../verify/record-io-info.js";

/** `recordio info`. */
export const infoCommand: Command = {
  help: `recordio info: what a .rec holds

Usage: recordio info FILE.rec [--json] [--html PAGE.html]

Reads the file and prints records and boxes by label, sizes and formats. --html writes a page with the same and a
contact sheet of each class, with its boxes.

Example:
  recordio info out/train.rec
`,
  options: { json: { type: "boolean" }, html: { type: "string" } },
  async run(positionals, values, io) {
    const [path] = positional(positionals, "FILE.rec") as [string];
    const html = textOption(values, "html");
    if (html !== undefined) {
      const { classes } = await namesBeside(path);
      await writeWholeFile(html, await recordIOInfoPage(path, { signal: io.signal, classes }));
      io.err(`${html}\n`);
    }
    const info = await recordIOInfo(path, { signal: io.signal });
    if (values.json === true) {
      io.out(`${JSON.stringify(info, undefined, 2)}\n`);
      return 0;
    }
    io.out(`${path}: ${info.records} records, ${info.imageBytes} bytes of images\n`);
    io.out(`ids ${info.ids.min} to ${info.ids.max}, ${info.ids.duplicates} duplicates\n`);
    table(io.out, "label", info.recordsByLabel);
    if (info.boxes !== undefined) {
      io.out(`\n${info.boxes.objects} boxes on ${info.boxes.records} records\n`);
      table(io.out, "label", info.boxes.objectsByLabel, "boxes");
    }
    table(io.out, "size", info.sizes);
    table(io.out, "format", info.formats);
    return 0;
  },
};

function table(
  out: (text: string) => void,
  name: string,
  counts: Readonly<Record<string, number>>,
  what = "records",
): void {
  const rows = Object.entries(counts);
  const width = Math.max(name.length, ...rows.map(([key]) => key.length));
  out(`\n${name.padEnd(width)}  ${what}\n`);
  for (const [key, count] of rows.slice(0, 40)) out(`${key.padEnd(width)}  ${count}\n`);
  if (rows.length > 40) out(`and ${rows.length - 40} more\n`);
}

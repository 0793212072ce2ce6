import { type Command, UsageError } from "@sightline/foundation/command-line";
import { positional } from "@sightline/foundation/option-values";
import { companionPath } from "../../format/companion-path.js";
import { imageSize } from "../../image/image-size.js";
import type { ListEntry } from "../../list/image-list.js";
import { readListFile } from "../../list/list-file.js";
import { keyedRecords } from "../../read/keyed-records.js";
import { RecordFile } from "../../read/record-file.js";
import { extractRecords } from "../../write/extract-records.js";
import { rebuildIndex } from "../../write/rebuild-index.js";
import { mergeRecords, relabelRecords } from "../../write/transform-records.js";

// The commands that work on records that are already there.

/** `recordio ls`. */
export const lsCommand: Command = {
  help: `recordio ls: one line a record

Usage: recordio ls FILE.rec [--json]

Columns: id, labels, byte offset, image bytes, format and sides. --json gives one JSON object a line.
A corrupt record is named on stderr and the next one looked for; the exit code is then 1.

Example:
  recordio ls out/train.rec | head
`,
  options: { json: { type: "boolean" } },
  async run(positionals, values, io) {
    const [path] = positional(positionals, "FILE.rec") as [string];
    let corrupt = 0;
    const records = keyedRecords(path, {
      reuseMemory: true,
      signal: io.signal,
      onCorruptRecord: "resync",
      onCorrupt: (error) => {
        corrupt++;
        io.err(`recordio ls: ${error.message}\n`);
      },
    });
    for await (const { header, labels, image, byteOffset } of records) {
      const size = imageSize(image);
      const sides = size === undefined ? "unknown" : `${size.format} ${size.width}x${size.height}`;
      if (values.json === true) {
        io.out(
          `${JSON.stringify({ id: header.id, labels, byteOffset, imageBytes: image.length, ...size })}\n`,
        );
      } else {
        io.out(`${header.id}\t${labels.join(" ")}\t${byteOffset}\t${image.length}\t${sides}\n`);
      }
    }
    return corrupt === 0 ? 0 : 1;
  },
};

/** `recordio get`. */
export const getCommand: Command = {
  help: `recordio get: the image of one record on stdout

Usage: recordio get FILE.rec ID [--json] > image.jpg

Uses the .idx beside the file. --json prints header and labels instead of the image.

Example:
  recordio get out/train.rec 42 > 42.jpg
`,
  options: { json: { type: "boolean" } },
  async run(positionals, values, io) {
    const [path, id] = positional(positionals, "FILE.rec", "ID") as [string, string];
    const wanted = idOf(id);
    const file = await RecordFile.open(path);
    try {
      const { header, labels, image, byteOffset } = await file.get(wanted);
      if (values.json === true)
        io.out(`${JSON.stringify({ header, labels, byteOffset, imageBytes: image.length })}\n`);
      else io.out(image);
    } finally {
      await file.close();
    }
    return 0;
  },
};

function idOf(text: string): number {
  if (!/^\d+$/.test(text)) throw new UsageError(`An id is a whole number, not "${text}".`);
  return Number(text);
}

/** `recordio extract`. */
export const extractCommand: Command = {
  help: `recordio extract: images to files

Usage: recordio extract FILE.rec FOLDER [--id N ...]

Writes FOLDER/LABEL/ID.jpg and FOLDER/list.lst, which packs them again. Images with boxes go to FOLDER/images/ID.jpg,
and their boxes to FOLDER/annotations.json in COCO's form. Files are not overwritten.

Example:
  recordio extract out/train.rec pictures
`,
  options: { id: { type: "string", multiple: true } },
  async run(positionals, values, io) {
    const [path, folder] = positional(positionals, "FILE.rec", "FOLDER") as [string, string];
    const ids = Array.isArray(values.id) ? new Set(values.id.map((id) => idOf(String(id)))) : undefined;
    const found = new Set<number>();
    const entries = await extractRecords(path, folder, {
      signal: io.signal,
      onWithoutImage: (id) => found.add(id),
      ...(ids && { ids }),
    });
    io.out(`${folder}: ${entries.length} images\n`);
    if (found.size > 0)
      io.err(`recordio extract: ${found.size} records have labels and no image; no file was made of them\n`);
    for (const { id } of entries) found.add(id);
    const missing = [...(ids ?? [])].filter((id) => !found.has(id));
    if (missing.length > 0)
      io.err(`recordio extract: ${path} has no record with the id ${missing.join(", ")}\n`);
    return missing.length > 0 ? 1 : 0;
  },
};

/** `recordio index`. */
export const indexCommand: Command = {
  help: `recordio index: make the .idx of a .rec anew

Usage: recordio index FILE.rec [--resync]

--resync leaves corrupt records out, naming each on stderr; the exit code is then 1.

Example:
  recordio index out/train.rec
`,
  options: { resync: { type: "boolean" } },
  async run(positionals, values, io) {
    const [path] = positional(positionals, "FILE.rec") as [string];
    let corrupt = 0;
    const entries = await rebuildIndex(path, {
      signal: io.signal,
      onCorruptRecord: values.resync === true ? "resync" : "throw",
      onCorrupt: (error) => {
        corrupt++;
        io.err(`recordio index: ${error.message}\n`);
      },
    });
    io.out(`${companionPath(path, ".idx")}: ${entries.length} records\n`);
    return corrupt === 0 ? 0 : 1;
  },
};

/** `recordio merge`. */
export const mergeCommand: Command = {
  help: `recordio merge: several .rec files into one

Usage: recordio merge OUTPUT.rec FILE.rec FILE.rec ... [--renumber]

An id that occurs twice is an error, unless --renumber gives new ids from 0.

Example:
  recordio merge out/all.rec out/part_0.rec out/part_1.rec
`,
  options: { renumber: { type: "boolean" } },
  async run(positionals, values, io) {
    const [output, ...sources] = positionals;
    if (output === undefined || sources.length === 0)
      throw new UsageError("OUTPUT.rec and at least one FILE.rec are needed.");
    if (sources.includes(output)) throw new UsageError(`${output} is both read and written.`);
    const count = await mergeRecords(sources, output, {
      signal: io.signal,
      renumber: values.renumber === true,
    });
    io.out(`${output}: ${count} records\n`);
    return 0;
  },
};

/** `recordio relabel`. */
export const relabelCommand: Command = {
  help: `recordio relabel: a .rec with the labels of a list

Usage: recordio relabel FILE.rec LIST.lst OUTPUT.rec [--drop-unlisted]

Labels are found by id. A record whose id the list does not have is an error, unless --drop-unlisted.

Example:
  recordio relabel out/train.rec corrected.lst out/train2.rec
`,
  options: { "drop-unlisted": { type: "boolean" } },
  async run(positionals, values, io) {
    const [path, lstPath, output] = positional(positionals, "FILE.rec", "LIST.lst", "OUTPUT.rec") as [
      string,
      string,
      string,
    ];
    const { entries } = await readListFile(lstPath, "");
    const labels = new Map(entries.map((entry: ListEntry) => [entry.id, entry.labels]));
    const labelsOf = ({ header }: { header: { id: number } }): readonly number[] | undefined => {
      const found = labels.get(header.id);
      if (found === undefined && values["drop-unlisted"] !== true) {
        throw new UsageError(
          `${lstPath} has no line for id ${header.id}; --drop-unlisted leaves such records out.`,
        );
      }
      return found;
    };
    const count = await relabelRecords(path, output, labelsOf, { signal: io.signal });
    io.out(`${output}: ${count} records\n`);
    return 0;
  },
};

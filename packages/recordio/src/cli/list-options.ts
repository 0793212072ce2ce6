import { type CliIO, type OptionValues, UsageError } from "@sightline/foundation/command-line";
import { choiceOption, textOption } from "@sightline/foundation/option-values";
import { listFromBoxes } from "../boxes/list-from-boxes.js";
import type { ImageList } from "../list/image-list.js";
import { readListFile } from "../list/list-file.js";
import { listFromCsv, listFromJsonLines } from "../list/list-from-table.js";
import { listImages } from "../list/list-images.js";

/** Options that say where the images' names come from. */
export const LIST_OPTIONS = {
  list: { type: "string" },
  csv: { type: "string" },
  jsonl: { type: "string" },
  boxes: { type: "string" },
  "boxes-on": { type: "string" },
  classes: { type: "string" },
  "image-column": { type: "string" },
  "class-column": { type: "string" },
  "group-column": { type: "string" },
  exts: { type: "string" },
  flat: { type: "boolean" },
} as const;

/** Their help. */
export const LIST_OPTIONS_HELP = `Where the list comes from (default: the folder itself, a class for each sub-folder):
  --list FILE.lst       a list: id<TAB>label<TAB>path
  --csv FILE            a table such as subject,classname,img
  --jsonl FILE          JSON lines, one object an image
  --boxes FILE|FOLDER   boxes for object detection: COCO's JSON, a folder of Pascal VOC's XML or YOLO's text files,
                        Ground Truth's output manifest, or a CSV with xmin,ymin,xmax,ymax
  --boxes-on upright|stored   what they were drawn on, where EXIF turns images (default: as their width and height
                        tell, else upright)
  --classes NAME,..     class names in label order, for --csv, --jsonl and --boxes (default: those found)
  --image-column NAME   column of the file name (default img, image, path, file or filename)
  --class-column NAME   column of the class (default classname, class or label)
  --group-column NAME   column of the group (default subject or group; with --boxes also a field of COCO's images or
                        of a manifest's lines, else the image's folder)
  --exts .jpg,.png      file endings taken from a folder
  --flat                only the folder itself, every label 0
`;

/** Lists as the options say. */
export async function listFromOptions(root: string, values: OptionValues, io: CliIO): Promise<ImageList> {
  const given = (["list", "csv", "jsonl", "boxes"] as const).filter((name) => values[name] !== undefined);
  if (given.length > 1)
    throw new UsageError(`Give only one of ${given.map((name) => `--${name}`).join(" and ")}.`);
  const image = textOption(values, "image-column");
  const className = textOption(values, "class-column");
  const group = textOption(values, "group-column");
  const classes = textOption(values, "classes")
    ?.split(",")
    .map((name) => name.trim());
  const table = {
    root,
    ...(classes && { classes }),
    columns: { ...(image && { image }), ...(className && { className }), ...(group && { group }) },
  };
  const boxes = textOption(values, "boxes");
  const drawnOn = choiceOption(values, "boxes-on", ["upright", "stored"]);
  if (drawnOn !== undefined && boxes === undefined) throw new UsageError("--boxes-on needs --boxes.");
  if (boxes !== undefined) {
    const found = await listFromBoxes(boxes, { ...table, signal: io.signal, ...(drawnOn && { drawnOn }) });
    io.err(`${boxes}: ${found.boxCount} boxes on ${found.entries.length} images (${found.format})\n`);
    for (const note of found.notes) io.err(`  ${note}\n`);
    return found;
  }
  const list = textOption(values, "list");
  if (list !== undefined) return await readListFile(list, root);
  const csv = textOption(values, "csv");
  if (csv !== undefined) return await listFromCsv(csv, table);
  const jsonl = textOption(values, "jsonl");
  if (jsonl !== undefined) return await listFromJsonLines(jsonl, table);
  const extensions = textOption(values, "exts")?.split(",");
  return await listImages(root, {
    recursive: values.flat !== true,
    signal: io.signal,
    ...(extensions && { extensions }),
  });
}

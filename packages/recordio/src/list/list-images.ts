import { readdirSync } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { ListError } from "../errors.js";
import { mayReadHeic } from "../image/sharp-lane.js";
import { type ImageList, type ListEntry, sortByCodePoint } from "./image-list.js";

/** Options of {@link listImages}. */
export interface ListImagesOptions {
  /**
   * Look into sub-folders; each folder that holds images is one class, labelled in the order of the walk, as
   * `im2rec --list --recursive` does. Default true. Without it every label is 0.
   */
  readonly recursive?: boolean;
  /**
   * File name endings taken, in either case, with or without the dot. Default {@link IMAGE_EXTENSIONS}, and `.heic` and
   * `.heif` where libvips may read them.
   */
  readonly extensions?: readonly string[];
  /** What to do when no image is found. Default `"throw"`. */
  readonly onEmpty?: "throw" | "return";
  /** Stops the walk; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** The endings of images that the packer can read on every platform that sharp supports. */
export const IMAGE_EXTENSIONS: readonly string[] = [
  ".jpeg",
  ".jpg",
  ".png",
  ".webp",
  ".avif",
  ".tif",
  ".tiff",
  ".gif",
  ".bmp",
];

/** The endings that im2rec.py takes when `--exts` is not given. */
export const IM2REC_EXTENSIONS: readonly string[] = [".jpeg", ".jpg", ".png"];

/**
 * Lists the images of a folder, sorted by code point, folders and files alike (im2rec.py's order: a folder's
 * files before its sub-folders). Links are followed; a link that leads back into its own path is not.
 *
 * @throws ListError when the folder does not exist or holds no image
 * @example
 * ```ts
 * const list = await listImages("pictures");   // pictures/cat/1.jpg, pictures/dog/1.jpg
 * console.log(list.classes);                   // ["cat", "dog"]
 * ```
 */
export async function listImages(folder: string, options: ListImagesOptions = {}): Promise<ImageList> {
  const extensions = new Set((options.extensions ?? IMAGE_EXTENSIONS).map(withDot));
  const recursive = options.recursive ?? true;
  if (!(await isFolder(folder))) {
    throw new ListError(`${folder}: there is no such folder. Give the folder that holds the images.`);
  }
  const entries: ListEntry[] = [];
  const classes: string[] = [];
  let seen = 0;
  const real = await realpath(folder);
  for await (const { relative, files } of walk(folder, "", real, recursive, [], options.signal)) {
    if (Math.floor(seen / FILES_A_TURN) < Math.floor((seen + files.length) / FILES_A_TURN))
      await setImmediate();
    seen += files.length;
    if (options.extensions === undefined && files.some((name) => hasExtension(name, HEIC)) && mayReadHeic())
      for (const ending of HEIC) extensions.add(ending);
    const images = files.filter((name) => hasExtension(name, extensions));
    if (images.length === 0) continue;
    const label = recursive ? classes.length : 0;
    const className = recursive ? relative || "." : undefined;
    if (className !== undefined) classes.push(className);
    for (const name of images) {
      const path = relative === "" ? name : `${relative}/${name}`;
      const id = entries.length;
      entries.push(
        className === undefined ? { id, labels: [label], path } : { id, labels: [label], path, className },
      );
    }
  }
  if (entries.length === 0 && options.onEmpty !== "return") {
    throw new ListError(
      `${folder}: no image was found among ${seen} files${recursive ? "" : " (sub-folders were not searched)"}. ` +
        `Expected names ending in ${[...extensions].join(" ")}.`,
    );
  }
  return { root: folder, entries, classes };
}

const HEIC: ReadonlySet<string> = new Set([".heic", ".heif"]);

function withDot(ending: string): string {
  return (ending.startsWith(".") ? ending : `.${ending}`).toLowerCase();
}

/** A name that is not UTF-8, as Node.js shows it: no path made of it leads back to the file. */
function checkName(folder: string, name: string): void {
  if (name.includes("\ufffd")) {
    throw new ListError(
      `${join(folder, name)}: this name is not UTF-8, so it cannot be opened by it. Rename it.`,
    );
  }
}

/** Whether a name's ending is among those; leading dots do not count (Python's os.path.splitext). */
function hasExtension(name: string, extensions: ReadonlySet<string>): boolean {
  const ending = name.startsWith(".") ? extname(name.replace(/^\.+/, "")) : extname(name);
  return extensions.has(ending) || extensions.has(ending.toLowerCase());
}

/** Files read from folders at once, before timers and sockets get their turn. */
const FILES_A_TURN = 2000;

/** @param real path of the folder without links */
async function* walk(
  root: string,
  relative: string,
  real: string,
  recursive: boolean,
  above: readonly string[],
  signal: AbortSignal | undefined,
): AsyncGenerator<{ relative: string; files: string[] }, void, undefined> {
  signal?.throwIfAborted();
  const folder = join(root, relative);
  // A link to a folder above would be walked for ever.
  if (above.includes(real)) return;
  const files: string[] = [];
  const folders: string[] = [];
  const links = new Set<string>();
  // Synchronous: what it reads lies in the system's cache, and a promise for each folder takes as long again.
  for (const item of readdirSync(folder, { withFileTypes: true })) {
    checkName(folder, item.name);
    if (item.isFile()) files.push(item.name);
    else if (item.isDirectory()) folders.push(item.name);
    else if (item.isSymbolicLink()) {
      const target = await stat(join(folder, item.name)).catch(() => undefined);
      if (target?.isDirectory()) {
        folders.push(item.name);
        links.add(item.name);
      } else if (target?.isFile()) files.push(item.name);
    }
  }
  yield { relative, files: sortByCodePoint(files) };
  if (!recursive) return;
  for (const name of sortByCodePoint(folders)) {
    const path = relative === "" ? name : `${relative}/${name}`;
    const inside = links.has(name) ? await realpath(join(root, path)) : join(real, name);
    yield* walk(root, path, inside, recursive, [...above, real], signal);
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

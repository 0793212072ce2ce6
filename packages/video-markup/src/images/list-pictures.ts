import { readdir, stat } from "node:fs/promises";
import { basename, extname, join, relative, resolve, sep } from "node:path";
import { UnreadableImageError } from "../errors.js";

/** One picture to be marked up. */
export interface PictureFile {
  readonly path: string;
  /** Its path inside the input folder, with slashes; of a file given by itself, its name. */
  readonly name: string;
}

/** What is made of a picture: JPEG and PNG stay what they are called, all else becomes JPEG. */
export function outputOf(name: string): { readonly name: string; readonly target: "jpeg" | "png" } {
  const extension = extname(name);
  if (/^\.png$/i.test(extension)) return { name, target: "png" };
  if (/^\.jpe?g$/i.test(extension)) return { name, target: "jpeg" };
  return { name: `${name.slice(0, name.length - extension.length)}.jpg`, target: "jpeg" };
}

const extensions = new Set([".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"]);

/** Whether a file's name is that of a still picture. */
export function isPictureName(path: string): boolean {
  return extensions.has(extname(path).toLowerCase());
}

/**
 * The pictures of a folder and of the folders in it, by name; or the files as they are given.
 *
 * @param outputFolder is left out where it lies inside the folder
 * @throws {UnreadableImageError} when there is no such file or folder, or no picture in it
 */
export async function listPictures(
  inputs: string | readonly string[],
  outputFolder: string,
): Promise<readonly PictureFile[]> {
  if (typeof inputs !== "string") return inputs.map((path) => ({ path, name: basename(path) }));
  const found = await stat(inputs).catch((cause: unknown) => {
    throw new UnreadableImageError(inputs, `${inputs} cannot be opened: no such file or folder`, { cause });
  });
  if (!found.isDirectory()) return [{ path: inputs, name: basename(inputs) }];
  const inside = resolve(outputFolder) !== resolve(inputs);
  const own = resolve(outputFolder) + sep;
  const pictures = (await readdir(inputs, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.name.startsWith(".") && isPictureName(entry.name))
    // `parentPath` came with Node 20.12.
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => !(inside && resolve(path).startsWith(own)))
    .map((path) => ({ path, name: relative(inputs, path).split(sep).join("/") }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (pictures.length === 0) {
    const known = [...extensions].join(", ");
    throw new UnreadableImageError(inputs, `${inputs} holds no picture; pictures end with ${known}`);
  }
  return pictures;
}

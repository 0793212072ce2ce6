import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { CliError } from "../errors.js";

/** Kinds of projects. */
export const TEMPLATES = ["notebooks", "service"] as const;

/** What was written. */
export interface WrittenProject {
  readonly folder: string;
  /** Name of the package and of the endpoint. */
  readonly name: string;
  /** Bucket that the scripts name: with chance in it, since a name that others can guess can be taken before. */
  readonly bucket: string;
  /** By their paths in the folder. */
  readonly files: readonly string[];
  /** Pictures that were drawn. */
  readonly pictures: number;
}

/** Classes and sizes of the pictures that are drawn: enough to see a curve rise, and learnt in seconds. */
const DRAWN = { classes: 4, perClass: 30, sidePixels: 64 } as const;

/**
 * Writes a project of a template into a folder that is empty, or holds hidden files only. When it fails, what it wrote is
 * removed.
 *
 * @throws CliError when the folder has something in it
 */
export async function writeProject(
  folder: string,
  template: (typeof TEMPLATES)[number],
  signal: AbortSignal,
): Promise<WrittenProject> {
  const root = resolve(folder);
  await mkdir(root, { recursive: true });
  const there = (await readdir(root)).filter((name) => !name.startsWith(".") || name === ".gitignore");
  if (there.length > 0)
    throw new CliError(
      `${folder} is not empty (${there.slice(0, 3).join(", ")}): a project is made in an empty folder.`,
    );
  const name = nameOf(root);
  const bucket = `${name}-${randomBytes(4).toString("hex")}`;
  const values = { name, bucket, version: await ownVersion() };
  const source = fileURLToPath(new URL(`../templates/${template}`, import.meta.url));
  const files: string[] = [];
  try {
    for (const path of await filesBelow(source)) {
      signal.throwIfAborted();
      // npm leaves a .gitignore out of what it packs.
      const target = path.replace(/(^|\/)gitignore$/, "$1.gitignore");
      await mkdir(dirname(join(root, target)), { recursive: true });
      await writeFile(join(root, target), fill(await readFile(join(source, path), "utf8"), values), {
        flag: "wx",
      });
      files.push(target);
    }
    const { drawPictures } = await import("@sightline/samples");
    const { pictures } = await drawPictures({ folder: join(root, "pictures"), ...DRAWN, signal });
    return { folder: root, name, bucket, files, pictures };
  } catch (error) {
    for (const path of [...files, "pictures"]) await rm(join(root, path), { recursive: true, force: true });
    throw error;
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .sort();
}

/** Puts values where a template has `{{name}}`. */
function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{(\w+)\}\}/g, (whole, key: string) => values[key] ?? whole);
}

/** A name that packages, endpoints and buckets may have: 3 to 40 small letters, digits and single hyphens. */
export function nameOf(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replace(/^[^a-z]+|-+$/g, "");
  return name.length < 3 ? "pictures" : name;
}

async function ownVersion(): Promise<string> {
  const path = fileURLToPath(new URL("../package.json", import.meta.url));
  return (JSON.parse(await readFile(path, "utf8")) as { version: string }).version;
}

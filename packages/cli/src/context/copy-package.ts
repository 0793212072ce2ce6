import { constants } from "node:fs";
import { chmod, copyFile, mkdir, readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { InstalledPackage } from "./collect-packages.js";
import { isForeignFolder, type Platform } from "./platform.js";

/** Never run: declarations, source maps, and the coverage report that fluent-ffmpeg publishes. */
const NOT_RUN = /\.d\.[cm]?ts$|\.map$|^coverage$|^\.github$/;
/** Published whatever `files` of package.json says; the same names hold a package's licence. */
const ALWAYS = /^(package\.json|readme|licen[cs]e|copying|notice|third-party)/i;

/** Copies of a package what runs on a platform; one in a workspace has only the files that it would publish. */
export async function copyPackage(
  { folder, manifest }: InstalledPackage,
  target: string,
  platform: Platform,
): Promise<void> {
  const published = manifest.files?.map((entry) => entry.replace(/^\.?\/|\/?(\*\*?\/?)*$/g, ""));
  const isWorkspace = !folder.includes("node_modules");
  for (const entry of await readdir(folder)) {
    if (entry === "node_modules") continue;
    // A registry has already left out what is not published.
    if (isWorkspace && published !== undefined && !ALWAYS.test(entry) && !published.includes(entry)) continue;
    await copy(folder, entry, target, platform);
  }
}

async function copy(folder: string, path: string, target: string, platform: Platform): Promise<void> {
  if (NOT_RUN.test(basename(path)) || isForeignFolder(path, platform)) return;
  const from = join(folder, path);
  const found = await stat(from);
  if (found.isDirectory()) {
    for (const entry of await readdir(from)) await copy(folder, `${path}/${entry}`, target, platform);
    return;
  }
  if (!found.isFile()) return;
  const to = join(target, path);
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  // Whoever installed it, with whatever umask: equal packages make equal images.
  await chmod(to, (found.mode & 0o111) === 0 ? 0o644 : 0o755);
}

/** Names of the files with a package's licence and notices, in order. */
export async function licenceFiles({ folder }: InstalledPackage): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => ALWAYS.test(name) && !/^(package|readme)/i.test(name)).sort();
}

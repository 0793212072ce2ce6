import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

/** Names of files that are scripts. */
export const SCRIPT = /\.(py|[cm]?js|m?ts|sh)$/;
/** A larger file is no script that somebody wrote. */
const MAX_BYTES = 1024 * 1024;

/** A script's text with the paths below `/opt/ml` in it made local. */
export function localText(root: string, text: string): string {
  return text.replace(/\/opt\/ml(?![\w-])/g, root);
}

/**
 * Makes the paths below `/opt/ml` local that stand in scripts: SageMaker's own start scripts and many a user's have them
 * written out. The files are a job's own copies.
 *
 * @param place a script, or a folder of them, which need not be there
 */
export async function localiseScripts(place: string, root: string): Promise<void> {
  for (const file of await scriptsOf(place)) {
    const text = await readFile(file, "utf8");
    if (text.length > MAX_BYTES) continue;
    const local = localText(root, text);
    if (local !== text) await writeFile(file, local);
  }
}

async function scriptsOf(place: string): Promise<readonly string[]> {
  if (SCRIPT.test(place)) return [place];
  if (!existsSync(place)) return [];
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && SCRIPT.test(entry.name))
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => !file.includes(`${path.sep}node_modules${path.sep}`));
}

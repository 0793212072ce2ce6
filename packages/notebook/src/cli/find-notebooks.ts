import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../errors.js";

/** Notebooks that were named, and those that lie directly in named folders, in name order.
 * @throws UsageError when nothing was named, a name does not exist, or a folder has none.
 */
export async function findNotebooks(names: readonly string[]): Promise<string[]> {
  if (names.length === 0) throw new UsageError("Name at least one notebook or folder of notebooks.");
  const found: string[] = [];
  for (const name of names) {
    const info = await stat(name).catch((cause) => {
      throw new UsageError(`There is no notebook or folder "${name}".`, { cause });
    });
    if (!info.isDirectory()) {
      found.push(name);
      continue;
    }
    const notebooks = (await readdir(name)).filter((file) => file.endsWith(".ipynb")).sort();
    if (notebooks.length === 0) throw new UsageError(`The folder "${name}" has no notebooks (*.ipynb).`);
    found.push(...notebooks.map((file) => join(name, file)));
  }
  return found;
}

import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { compareCodePoints } from "../list/image-list.js";

/** The lists that a prefix means. */
export interface FoundLists {
  /** Folder that they lie in, and where the records go. */
  readonly folder: string;
  /** File names, sorted. */
  readonly names: readonly string[];
  /** Lists that im2rec.py would also pack, because their names begin with the prefix. */
  readonly strangers: readonly string[];
}

/**
 * Finds the lists to pack: `PREFIX.lst`, its chunks (`_0`) and parts (`_train`, `_val`, `_test`). A prefix that is a
 * folder means every list in it, one that is a list's whole name that list. im2rec.py takes any list whose name begins
 * with the prefix, so that `p` also packs `p_old.lst`; here such lists are only named.
 */
export async function findIm2recLists(prefix: string): Promise<FoundLists> {
  const path = resolve(prefix);
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  const folder = isFolder ? path : dirname(path);
  const items = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const lists: string[] = [];
  for (const item of items) {
    if (!item.name.endsWith(".lst")) continue;
    if (item.isFile() || (await stat(join(folder, item.name)).catch(() => undefined))?.isFile())
      lists.push(item.name);
  }
  lists.sort(compareCodePoints);
  if (isFolder) return { folder, names: lists, strangers: [] };
  const start = basename(path);
  const candidates = lists.filter((name) => name.startsWith(start));
  const isOwn = (name: string): boolean =>
    name === start || /^(_\d+)?(_train|_val|_test)?\.lst$/.test(name.slice(start.length));
  return {
    folder,
    names: candidates.filter(isOwn),
    strangers: candidates.filter((name) => !isOwn(name)),
  };
}

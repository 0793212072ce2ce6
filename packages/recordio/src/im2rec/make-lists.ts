import type { ListEntry } from "../list/image-list.js";
import { listImages } from "../list/list-images.js";
import { PythonRandom } from "../list/python-random.js";
import type { Im2recArgs } from "./im2rec-args.js";

/** One list that `im2rec --list` writes. */
export interface NamedList {
  /** What follows the prefix: ``, `_train`, `_0_val`. */
  readonly suffix: string;
  /** Its lines. */
  readonly entries: readonly ListEntry[];
}

/** The lists of a run, in the order in which they are written. */
export interface Im2recLists {
  /** Each with what follows the prefix in its name. */
  readonly lists: readonly NamedList[];
  /** Class folders by label; empty when the listing is not recursive. */
  readonly classes: readonly string[];
  /** Images that im2rec.py would have left out of every list, because its ratios are rounded down. */
  readonly rescued: number;
}

/**
 * Lists as im2rec.py's `make_list`: the same walk, labels, shuffle and cuts. Where the ratios sum to 1 it drops the
 * images that rounding leaves over; here they go to the end of the train list.
 *
 * @throws ListError when the folder does not exist or holds no image
 */
export async function makeIm2recLists(
  args: Pick<Im2recArgs, "root" | "recursive" | "exts" | "shuffle" | "chunks" | "trainRatio" | "testRatio">,
  signal?: AbortSignal,
): Promise<Im2recLists> {
  const list = await listImages(args.root, {
    recursive: args.recursive,
    extensions: args.exts,
    ...(signal !== undefined && { signal }),
  });
  const entries = args.shuffle ? new PythonRandom(100).shuffle(list.entries) : list.entries;
  const chunkSize = Math.ceil(entries.length / args.chunks);
  const lists: NamedList[] = [];
  let rescued = 0;
  for (let i = 0; i < args.chunks; i++) {
    const chunk = entries.slice(i * chunkSize, (i + 1) * chunkSize);
    const cut = cutChunk(chunk, chunkSize, args.chunks > 1 ? `_${i}` : "", args);
    lists.push(...cut.lists);
    rescued += cut.rescued;
  }
  return { lists, classes: args.recursive ? list.classes : [], rescued };
}

function cutChunk(
  chunk: readonly ListEntry[],
  chunkSize: number,
  name: string,
  args: Pick<Im2recArgs, "trainRatio" | "testRatio">,
): { lists: NamedList[]; rescued: number } {
  const { trainRatio, testRatio } = args;
  if (trainRatio === 1) return { lists: [{ suffix: name, entries: chunk }], rescued: 0 };
  const train = Math.trunc(chunkSize * trainRatio);
  const test = Math.trunc(chunkSize * testRatio);
  const lists: NamedList[] = [];
  if (testRatio !== 0) lists.push({ suffix: `${name}_test`, entries: chunk.slice(0, test) });
  const rest = chunk.slice(test + train);
  const hasValidation = trainRatio + testRatio < 1;
  if (hasValidation) lists.push({ suffix: `${name}_val`, entries: rest });
  const kept = chunk.slice(test, test + train);
  lists.push({ suffix: `${name}_train`, entries: hasValidation ? kept : [...kept, ...rest] });
  return { lists, rescued: hasValidation ? 0 : rest.length };
}

/**
 * Works on many items and yields their results in the items' order. Whoever takes them slowly slows the work down, and what
 * is left of it when he stops is never begun.
 *
 * @param ahead how many are in work, or done and not taken yet
 * @param run begins the work on one; the first in order that fails ends the loop
 */
export async function* inOrder<Item, Result>(
  items: readonly Item[],
  ahead: number,
  run: (item: Item, index: number) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const begun: Promise<Result>[] = [];
  let next = 0;
  while (next < items.length || begun.length > 0) {
    while (next < items.length && begun.length < ahead) {
      const work = run(items[next]!, next++);
      // Awaited below when its turn comes; until then its failure must not count as unheard of.
      work.catch(() => {});
      begun.push(work);
    }
    yield await begun.shift()!;
  }
}

/** Edits that still count as a misspelling of a name of this length. */
const farthest = (length: number): number => (length <= 3 ? 1 : length <= 8 ? 2 : 3);

/**
 * The known name that a misspelt one was meant to be: the fewest insertions, deletions, replacements and swaps of
 * neighbours away (Damerau and Levenshtein's optimal string alignment), without regard to case, `-` and `_`.
 *
 * @returns undefined when no name is near enough to be named
 * @example
 * ```ts
 * nearest("epoch", ["epochs", "mini_batch_size"]); // "epochs"
 * ```
 */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[-_]/g, "");
  const wanted = plain(name);
  let best: string | undefined;
  let least = farthest(wanted.length) + 1;
  for (const candidate of known) {
    const edits = distance(wanted, plain(candidate));
    if (edits < least) [best, least] = [candidate, edits];
  }
  return best;
}

/** ` Did you mean "epochs"?`, or nothing where no known name is near. */
export function didYouMean(name: string, known: Iterable<string>, prefix = ""): string {
  const found = nearest(name, known);
  return found === undefined ? "" : ` Did you mean "${prefix}${found}"?`;
}

function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 3) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      row[j] = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j]!, before[j - 2]! + 1);
      }
    }
    [before, above] = [above, row];
  }
  return above[b.length]!;
}

/**
 * Path of a file that lies beside a `.rec`: its name with another ending. A name that does not end in `.rec` gets the
 * ending behind it, so that it is never the `.rec` itself.
 */
export function companionPath(
  recPath: string,
  ending: ".idx" | ".lst" | ".report.json" | ".pack.jsonl",
): string {
  return recPath.replace(/\.rec$/, "") + ending;
}

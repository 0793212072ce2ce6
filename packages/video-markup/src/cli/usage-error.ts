/** The command line is wrong; the message says how it should be. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** @throws {UsageError} when `text` is none of the known names */
export function oneOf<Name extends string>(text: string, option: string, known: readonly Name[]): Name {
  const found = known.find((name) => name === text.trim());
  if (!found) throw new UsageError(`${option} knows no "${text.trim()}"; it knows ${known.join(", ")}`);
  return found;
}

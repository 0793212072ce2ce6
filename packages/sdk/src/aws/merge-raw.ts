/** Raw AWS parameters that a caller adds to, or puts in place of, ours: the escape hatch of every call. */
export type RawParameters = Readonly<Record<string, unknown>>;

/**
 * Lays raw parameters over a request: objects are merged member by member, everything else (lists, bytes,
 * dates, texts) replaces what was there. `undefined` takes a member away.
 */
export function mergeRaw(input: RawParameters, raw: RawParameters | undefined): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...input };
  for (const [name, value] of Object.entries(raw ?? {})) {
    const ours = merged[name];
    merged[name] = isPlain(ours) && isPlain(value) ? mergeRaw(ours, value) : value;
  }
  return merged;
}

function isPlain(value: unknown): value is RawParameters {
  return (
    typeof value === "object" &&
    value !== null &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value))
  );
}

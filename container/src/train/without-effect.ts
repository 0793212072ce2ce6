/** Settings some of which change nothing here. */
export interface WithoutEffect {
  /** Names that were given and are valid but change nothing here, each with the reason. */
  readonly withoutEffect: Readonly<Record<string, string>>;
}

/** Those of the idle names that were given. */
export function idleAmong(idle: Readonly<Record<string, string>>, given: unknown): Record<string, string> {
  const names = Object.keys(given as object);
  return Object.fromEntries(Object.entries(idle).filter(([name]) => names.includes(name)));
}

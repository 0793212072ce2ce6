/** The instant of a time in ms since 1970, where there is one. */
export function optionalDate(timeMs: number | undefined): Date | undefined {
  return timeMs === undefined ? undefined : new Date(timeMs);
}

// performance.now() counts from the start of its own thread; the system's monotonic clock is common to all of them.
const offset = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/** Milliseconds of a clock that all threads of this process share and nobody sets. */
export function sharedNow(): number {
  return performance.now() + offset;
}

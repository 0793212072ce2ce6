/** Spread of every delay, so that many waits begun together do not ask together. */
const JITTER = 0.2;
const GROWTH = 1.5;

/**
 * The delay before the next look, in milliseconds: grows by half from `firstMs` up to `mostMs`, give or
 * take 20 %.
 *
 * @param attempt how many delays went before, from 0
 */
export function backoffMs(attempt: number, firstMs: number, mostMs: number, random = Math.random): number {
  const base = Math.min(mostMs, firstMs * GROWTH ** attempt);
  return Math.round(base * (1 - JITTER + 2 * JITTER * random()));
}

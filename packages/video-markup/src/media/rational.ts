/** An exact fraction: a frame rate in frames a second, or a time base in seconds. */
export interface Rational {
  /** Whole; not 0. */
  readonly num: number;
  /** Whole, from 1. */
  readonly den: number;
}

/**
 * Reads `num/den` or `num:den`.
 *
 * @example parseRational("30000/1001") // { num: 30000, den: 1001 }
 */
export function parseRational(text: string): Rational | undefined {
  const match = /^(-?\d+)[/:](\d+)$/.exec(text.trim());
  if (!match) return undefined;
  const num = Number(match[1]);
  const den = Number(match[2]);
  return den === 0 || num === 0 ? undefined : reduce({ num, den });
}

/** The fraction in lowest terms. */
export function reduce({ num, den }: Rational): Rational {
  let a = Math.abs(num);
  let b = Math.abs(den);
  while (b > 0) [a, b] = [b, a % b];
  return a <= 1 ? { num, den } : { num: num / a, den: den / a };
}

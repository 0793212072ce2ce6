/** Bytes compared in one step. */
const STEP: usize = 64;

/**
 * Looks for a word on a multiple of four.
 *
 * @param at multiple of four, as `end` is; up to 64 bytes behind `end` are looked at too
 * @returns 1 when it is there
 */
export function search(at: usize, end: usize, word: i32): i32 {
  const wanted = i32x4.splat(word);
  let found = i32x4.splat(0);
  do {
    found = v128.or(found, i32x4.eq(v128.load(at), wanted));
    found = v128.or(found, i32x4.eq(v128.load(at, 16), wanted));
    found = v128.or(found, i32x4.eq(v128.load(at, 32), wanted));
    found = v128.or(found, i32x4.eq(v128.load(at, 48), wanted));
    at += STEP;
  } while (at < end);
  return <i32>v128.any_true(found);
}

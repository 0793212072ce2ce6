import { loadBits, lookUp } from "./jpeg-bits";

// Scans of a progressive JPEG (ITU T.81 annex G), read to their end without making pixels: a refining scan's length depends
// on which coefficients the scans before it set.

let buffer: u64 = 0;
let held: i32 = 0;
let at: usize = 0;
/** Blocks that follow without a coefficient of this band. */
let emptyBlocks: i32 = 0;

/** What is known of a component in a scan: five words each. */
const COMPONENT_BYTES: usize = 20;

/**
 * Reads groups of blocks.
 *
 * @param components for each: across, down, table of DC, table of AC, and a word of 64 bits for each block, one bit for
 *   each coefficient that is not 0
 * @param from first coefficient of the band, 0 to 63; `to` is its last
 * @param refines whether an earlier scan gave their upper bits
 * @param result is left with the number of groups read and the bytes left over
 * @returns 0, 1 when the bits end too early, 2 for a code that is none
 */
export function decodeProgressive(
  bits: usize,
  end: usize,
  components: usize,
  componentCount: i32,
  first: i32,
  count: i32,
  from: i32,
  to: i32,
  refines: boolean,
  result: usize,
): i32 {
  buffer = 0;
  held = 0;
  at = bits;
  emptyBlocks = 0;
  for (let group = 0; group < count; group++) {
    let good = true;
    if (from === 0) {
      for (let c = 0; c < componentCount && good; c++)
        good = dc(components + <usize>c * COMPONENT_BYTES, refines);
    } else {
      const table = <usize>load<u32>(components, 12);
      const set = <usize>load<u32>(components, 16) + <usize>(first + group) * 8;
      good = refines ? refineBand(table, set, from, to) : firstBand(table, set, from, to);
    }
    if (!good) return fail(2, group, result);
    if (<i32>(at - end) * 8 > held) return fail(1, group, result);
  }
  const left = <i32>(end - at) + (held >> 3);
  store<i32>(result, count);
  store<i32>(result, left > 0 ? left : 0, 4);
  return 0;
}

function dc(component: usize, refines: boolean): boolean {
  const blocks = load<i32>(component) * load<i32>(component, 4);
  const table = <usize>load<u32>(component, 8);
  for (let block = 0; block < blocks; block++) {
    if (refines) {
      take(1);
      continue;
    }
    const symbol = takeSymbol(table);
    if (symbol < 0) return false;
    take(symbol & 15);
  }
  return true;
}

function firstBand(table: usize, set: usize, from: i32, to: i32): boolean {
  if (emptyBlocks > 0) {
    emptyBlocks--;
    return true;
  }
  for (let k = from; k <= to; k++) {
    const symbol = takeSymbol(table);
    if (symbol < 0) return false;
    const run = symbol >> 4;
    const size = symbol & 15;
    if (size === 0 && run < 15) {
      emptyBlocks = (1 << run) - 1 + take(run);
      return true;
    }
    k += run;
    if (size === 0) continue;
    take(size);
    mark(set, k);
  }
  return true;
}

function refineBand(table: usize, set: usize, from: i32, to: i32): boolean {
  let k = from;
  if (emptyBlocks === 0) {
    for (; k <= to; k++) {
      const symbol = takeSymbol(table);
      if (symbol < 0) return false;
      let run = symbol >> 4;
      const size = symbol & 15;
      if (size > 1) return false;
      if (size === 1) take(1);
      else if (run !== 15) {
        emptyBlocks = (1 << run) + take(run);
        break;
      }
      for (; k <= to; k++) {
        if (isMarked(set, k)) take(1);
        else if (--run < 0) break;
      }
      if (size === 1) mark(set, k);
    }
  }
  if (emptyBlocks > 0) {
    for (; k <= to; k++) if (isMarked(set, k)) take(1);
    emptyBlocks--;
  }
  return true;
}

function mark(set: usize, k: i32): void {
  if (k < 64) store<u64>(set, load<u64>(set) | ((<u64>1) << k));
}

function isMarked(set: usize, k: i32): boolean {
  return ((load<u64>(set) >> k) & 1) !== 0;
}

function takeSymbol(table: usize): i32 {
  fill();
  const code = lookUp(buffer, table);
  if (code === 0) return -1;
  drop(code >> 8);
  return code & 255;
}

function take(size: i32): i32 {
  if (size === 0) return 0;
  fill();
  const value = <i32>(buffer >> (64 - size));
  drop(size);
  return value;
}

function fill(): void {
  buffer |= loadBits(at) >> held;
  at += (63 - held) >> 3;
  held |= 56;
}

function drop(size: i32): void {
  buffer <<= size;
  held -= size;
}

function fail(status: i32, group: i32, result: usize): i32 {
  store<i32>(result, group);
  store<i32>(result, 0, 4);
  return status;
}

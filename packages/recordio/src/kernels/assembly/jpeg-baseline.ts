import { extend, loadBits, lookUp, lookUpShort, lookUpSkip, SKIP_END } from "./jpeg-bits";
import { inverse } from "./jpeg-inverse";

// One scan of a sequential JPEG (ITU T.81 F.2): coefficients are decoded and made into pixels of a reduced image at once.

/** What is known of a component in a scan: nine words each. */
const COMPONENT_BYTES: usize = 36;

/**
 * Decodes groups of blocks (MCUs).
 *
 * @param bits the scan's bits; `end` is behind their last byte
 * @param components for each: across, down, table of DC, table of AC, factors, plane, bytes a row, side of a block in it,
 *   last DC
 * @param order where in a block each coefficient belongs; 80 entries, for those that a damaged file puts behind the last
 * @param block 1,024 bytes for one block and its transform
 * @param first number of the first group; `count` are decoded, `across` lie in a row
 * @param result is left with the number of groups decoded and the bytes left over
 * @returns 0, 1 when the bits end too early, 2 for a code that is none
 */
export function decodeBaseline(
  bits: usize,
  end: usize,
  components: usize,
  componentCount: i32,
  order: usize,
  block: usize,
  first: i32,
  count: i32,
  across: i32,
  result: usize,
): i32 {
  let buffer: u64 = 0;
  let held: i32 = 0;
  let at = bits;
  const zero = i16x8.splat(0);
  for (let group = 0; group < count; group++) {
    const row = (first + group) / across;
    const column = first + group - row * across;
    for (let c = 0; c < componentCount; c++) {
      const component = components + <usize>c * COMPONENT_BYTES;
      const wide = load<i32>(component);
      const high = load<i32>(component, 4);
      const dcTable = <usize>load<u32>(component, 8);
      const acTable = <usize>load<u32>(component, 12);
      const factors = <usize>load<u32>(component, 16);
      const plane = <usize>load<u32>(component, 20);
      const stride = load<i32>(component, 24);
      const side = load<i32>(component, 28);
      let dc = load<i32>(component, 32);
      const kept = keptCoefficients(side);
      for (let y = 0; y < high; y++) {
        for (let x = 0; x < wide; x++) {
          for (let part: usize = 0; part < 128; part += 16) v128.store(block + part, zero);
          buffer |= loadBits(at) >> held;
          at += (63 - held) >> 3;
          held |= 56;
          let code = lookUp(buffer, dcTable);
          if (code === 0) return fail(2, group, result);
          let length = code >> 8;
          buffer <<= length;
          held -= length;
          const size = code & 15;
          dc += extend(buffer, size);
          buffer <<= size;
          held -= size;
          store<i16>(block, <i16>(dc * <i32>load<u16>(factors)));
          let k: usize = 1;
          let last: usize = 0;
          while (k < 64) {
            // A code and its coefficient take 32 bits at the most.
            if (held < 32) {
              buffer |= loadBits(at) >> held;
              at += (63 - held) >> 3;
              held |= 56;
            }
            if (k >= kept) {
              const skip = lookUpSkip(buffer, acTable);
              const next = k + ((skip >> 4) & 127);
              const ends = (skip & SKIP_END) !== 0;
              if (skip !== 0 && (ends ? next < 64 : next <= 64)) {
                const used = skip & 15;
                buffer <<= used;
                held -= used;
                if (ends) break;
                k = next;
                continue;
              }
            }
            const short = lookUpShort(buffer, acTable);
            if (short !== 0) {
              k += (short >> 4) & 15;
              const used = short & 15;
              buffer <<= used;
              held -= used;
              store<i16>(
                block + ((<usize>load<u8>(order + k)) << 1),
                <i16>((short >> 8) * <i32>load<u16>(factors + (k << 1))),
              );
              last = k++;
              continue;
            }
            code = lookUp(buffer, acTable);
            if (code === 0) return fail(2, group, result);
            length = code >> 8;
            buffer <<= length;
            held -= length;
            const bitsOf = code & 15;
            const run = (code >> 4) & 15;
            if (bitsOf === 0) {
              if (run !== 15) break;
              k += 16;
              continue;
            }
            k += run;
            const value = extend(buffer, bitsOf);
            buffer <<= bitsOf;
            held -= bitsOf;
            store<i16>(
              block + ((<usize>load<u8>(order + k)) << 1),
              <i16>(value * <i32>load<u16>(factors + (k << 1))),
            );
            last = k++;
          }
          if (side === 0) continue;
          const left = (column * wide + x) * side;
          const top = (row * high + y) * side;
          inverse(block, plane + <usize>(top * stride + left), <usize>stride, side, last === 0);
        }
      }
      store<i32>(component, dc, 32);
    }
    // Bits taken that were not there stood as zeros.
    if (<i32>(at - end) * 8 > held) return fail(1, group, result);
  }
  const left = <i32>(end - at) + (held >> 3);
  store<i32>(result, count);
  store<i32>(result, left > 0 ? left : 0, 4);
  return 0;
}

/** Coefficients, in zigzag order, from whose first on none counts for a block of so many pixels. */
function keptCoefficients(side: i32): usize {
  return side === 8 ? 64 : side === 4 ? 25 : side === 2 ? 5 : 1;
}

function fail(status: i32, group: i32, result: usize): i32 {
  store<i32>(result, group);
  store<i32>(result, 0, 4);
  return status;
}

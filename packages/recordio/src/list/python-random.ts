/**
 * Python's `random.Random`: MT19937 seeded by `init_by_array`, so that a shuffle here orders as im2rec.py's
 * (CPython Modules/_randommodule.c, Lib/random.py).
 */
export class PythonRandom {
  readonly #state = new Uint32Array(624);
  #index = 624;

  /** @param seed a whole number from 0 to 2^53 - 1 */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(`A seed must be a whole number from 0 to 2^53 - 1, not ${seed}.`);
    }
    const high = Math.floor(seed / 2 ** 32);
    this.#initByArray(high === 0 ? [seed >>> 0] : [seed >>> 0, high]);
  }

  /** `getrandbits(bits)` for 1 to 32 bits. */
  bits(bits: number): number {
    return this.#next() >>> (32 - bits);
  }

  /** `random()`: a double from 0 to below 1 with 53 bits. */
  random(): number {
    const a = this.#next() >>> 5;
    const b = this.#next() >>> 6;
    return (a * 67108864 + b) / 9007199254740992;
  }

  /** `randrange(n)` for n from 1 to 2^32 - 1. */
  below(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n >= 2 ** 32) {
      throw new RangeError(`below takes a whole number from 1 to 2^32 - 1, not ${n}.`);
    }
    const bits = 32 - Math.clz32(n);
    let value = this.bits(bits);
    while (value >= n) value = this.bits(bits);
    return value;
  }

  /** `shuffle(list)`, on a copy. */
  shuffle<T>(list: readonly T[]): T[] {
    const out = [...list];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const kept = out[i]!;
      out[i] = out[j]!;
      out[j] = kept;
    }
    return out;
  }

  #initByArray(key: readonly number[]): void {
    const mt = this.#state;
    mt[0] = 19650218;
    for (let i = 1; i < 624; i++) mt[i] = mix(mt[i - 1]!, 1812433253) + i;
    let i = 1;
    let j = 0;
    for (let k = Math.max(624, key.length); k > 0; k--) {
      mt[i] = (mt[i]! ^ mix(mt[i - 1]!, 1664525)) + key[j]! + j;
      if (++i >= 624) {
        mt[0] = mt[623]!;
        i = 1;
      }
      if (++j >= key.length) j = 0;
    }
    for (let k = 623; k > 0; k--) {
      mt[i] = (mt[i]! ^ mix(mt[i - 1]!, 1566083941)) - i;
      if (++i >= 624) {
        mt[0] = mt[623]!;
        i = 1;
      }
    }
    mt[0] = 0x80000000;
  }

  #next(): number {
    if (this.#index >= 624) this.#twist();
    let y = this.#state[this.#index++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  #twist(): void {
    const mt = this.#state;
    for (let k = 0; k < 624; k++) {
      const y = (mt[k]! & 0x80000000) | (mt[(k + 1) % 624]! & 0x7fffffff);
      mt[k] = mt[(k + 397) % 624]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#index = 0;
  }
}

/** `(x ^ x >> 30) * factor`, as unsigned 32 bits. */
function mix(x: number, factor: number): number {
  return Math.imul(x ^ (x >>> 30), factor) >>> 0;
}

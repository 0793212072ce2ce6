/** What is done to a file's bytes. */
export type Damage = (bytes: Buffer, random: () => number) => Buffer;

const below = (random: () => number, most: number) => Math.floor(random() * Math.max(1, most));
const stretch = (bytes: Buffer, random: () => number, most: number) => {
  const start = below(random, bytes.length);
  return { start, end: Math.min(bytes.length, start + 1 + below(random, most)) };
};

/** Ways in which files get damaged: on lines, on disks, and by people who mean harm. */
export const damages: Readonly<Record<string, Damage>> = {
  cutShort: (bytes, random) => bytes.subarray(0, below(random, bytes.length)),
  beginningLost: (bytes, random) => bytes.subarray(below(random, bytes.length / 4)),
  zeroed(bytes, random) {
    const { start, end } = stretch(bytes, random, 4096);
    return Buffer.from(bytes).fill(0, start, end);
  },
  stretchLost(bytes, random) {
    const { start, end } = stretch(bytes, random, 4096);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
  },
  stretchTwice(bytes, random) {
    const { start, end } = stretch(bytes, random, 4096);
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
  },
  bitsFlipped(bytes, random) {
    const flipped = Buffer.from(bytes);
    for (let n = 1 + below(random, 30); n > 0; n--) {
      const at = below(random, flipped.length);
      flipped[at] = flipped[at]! ^ (1 << below(random, 8));
    }
    return flipped;
  },
  /** Sizes, counts and time stamps lie at the front of most containers, and at the end of some. */
  headChanged(bytes, random) {
    const changed = Buffer.from(bytes);
    const fromEnd = random() < 0.3;
    for (let n = 1 + below(random, 8); n > 0; n--) {
      const at = below(random, Math.min(2048, changed.length));
      changed[fromEnd ? changed.length - 1 - at : at] = below(random, 256);
    }
    return changed;
  },
  packetsLost(bytes, random) {
    const kept: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += 188) {
      if (random() > 0.05) kept.push(bytes.subarray(at, at + 188));
    }
    return Buffer.concat(kept);
  },
};

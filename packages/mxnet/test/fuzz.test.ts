import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { convertModel, MxnetError, readParams, readSymbol } from "../src/index.js";

// SIGHTLINE_FUZZ_RUNS=1000000 for the long run.
const runs = Number(process.env.SIGHTLINE_FUZZ_RUNS ?? 5000);
const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url));

/** Numbers of xorshift32: the same inputs in every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

it(`${runs} mutated symbols and weights give a network or a typed error, and nothing else`, () => {
  const random = seeded(20_261_128);
  const counts = { converted: 0, refused: 0 };
  const names = ["classifier", "odd-layers", "detector"] as const;
  const shapes = { classifier: [3, 20, 15], "odd-layers": [3, 23, 18], detector: [3, 64, 64] } as const;
  const files = names.map((name) => ({
    name,
    symbol: fixture(`${name}-symbol.json`),
    params: fixture(`${name}-0000.params`),
  }));
  for (let run = 0; run < runs; run++) {
    const { name, symbol, params } = files[random(files.length)]!;
    const change = (bytes: Uint8Array): Uint8Array => {
      const mutated = new Uint8Array(bytes);
      for (let n = random(6); n >= 0; n--) mutated[random(mutated.length)] = random(256);
      return random(8) === 0 ? mutated.subarray(0, random(mutated.length)) : mutated;
    };
    const both = random(2) === 0;
    try {
      const text = new TextDecoder().decode(both ? change(symbol) : symbol);
      const weights = readParams(both ? params : change(params));
      const options = { inputShape: shapes[name], ...(name === "detector" ? { output: "detection" } : {}) };
      convertModel(readSymbol(text), weights, options);
      counts.converted++;
    } catch (error) {
      if (!(error instanceof MxnetError)) throw error;
      counts.refused++;
    }
  }
  console.log(`${counts.converted} converted, ${counts.refused} refused`);
  expect(counts.refused).toBeGreaterThan(runs / 20);
  expect(counts.converted).toBeGreaterThan(runs / 20);
});

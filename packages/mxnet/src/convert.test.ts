import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { convertModel } from "./convert.js";
import { MalformedMxnetError, UnsupportedOperatorError } from "./errors.js";
import { readParams } from "./params.js";
import { priors } from "./ssd/multibox-prior.js";
import { readSymbol } from "./symbol.js";

const fixture = (name: string) => readFileSync(new URL(`../test/fixtures/${name}`, import.meta.url));
const symbolText = fixture("classifier-symbol.json").toString();
const params = readParams(fixture("classifier-0000.params"));
const inputShape = [3, 20, 15] as const;

describe("convertModel", () => {
  it("names the operator and the node that it cannot convert", () => {
    const other = symbolText.replace('"op": "Flatten"', '"op": "RNN"');
    const convert = () => convertModel(readSymbol(other), params, { inputShape });
    expect(convert).toThrow(UnsupportedOperatorError);
    expect(convert).toThrow('Node "flatten": operator RNN is not converted.');
  });

  it("names the weight that the file does not hold", () => {
    const args = new Map(params.args);
    args.delete("conv0_weight");
    expect(() => convertModel(readSymbol(symbolText), { ...params, args }, { inputShape })).toThrow(
      'The network needs "conv0_weight", which the .params file does not hold',
    );
  });

  it("leaves out losses and what else the asked output does not need", () => {
    const symbol = readSymbol(fixture("detector-symbol.json").toString());
    const weights = readParams(fixture("detector-0000.params"));
    const options = { inputShape: [3, 64, 64], output: "detection" } as const;
    const { graph } = convertModel(symbol, weights, options);
    expect(graph.inputs.map(({ name }) => name)).toEqual(["data"]);
    expect(graph.outputs).toMatchObject([{ name: "detection", shape: ["N", 100, 6] }]);
    expect(graph.nodes.map(({ opType }) => opType)).not.toContain("MakeLoss");
  });

  it("reads settings under attrs, attr and param", () => {
    for (const key of ["attr", "param"]) {
      const old = symbolText.replaceAll('"attrs"', `"${key}"`);
      expect(convertModel(readSymbol(old), params, { inputShape }).graph.nodes.length).toBeGreaterThan(5);
    }
  });

  it.each([
    ["no JSON", "{"],
    ["another JSON", "[]"],
    [
      "a node that takes what comes behind it",
      symbolText.replace('"inputs": [[0, 0, 0]]', '"inputs": [[99, 0, 0]]'),
    ],
    ["a setting that is no number", symbolText.replaceAll('"kernel": "(3, 3)"', '"kernel": "(x)"')],
    ["no heads", symbolText.replace(/"heads": .*/, '"heads": []')],
  ])("refuses %s with a typed error", (_, text) => {
    expect(() => convertModel(readSymbol(text), params, { inputShape })).toThrow(MalformedMxnetError);
  });
});

describe("priors", () => {
  it("gives every size with the first ratio, then the first size with the others", () => {
    const settings = { height: 1, width: 2, steps: [-1, -1], offsets: [0.5, 0.5], clip: false };
    const anchors = priors({ ...settings, sizes: [0.4, 0.6], ratios: [1, 4] });
    expect(anchors).toHaveLength(2 * 3 * 4);
    const centres = [...anchors]
      .filter((_, n) => n % 4 === 0)
      .map((low, n) => (low + anchors[4 * n + 2]!) / 2);
    for (const [n, centre] of centres.entries()) expect(centre).toBeCloseTo(n < 3 ? 0.25 : 0.75, 6);
    const heights = [0, 1, 2].map((n) => anchors[4 * n + 3]! - anchors[4 * n + 1]!);
    expect(heights.map((height) => Number(height.toFixed(5)))).toEqual([0.4, 0.6, 0.2]);
  });
});

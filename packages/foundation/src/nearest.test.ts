import fc from "fast-check";
import { expect, it } from "vitest";
import { didYouMean, nearest } from "./nearest.js";

const known = ["epochs", "mini_batch_size", "learning_rate", "num_classes"];

it.each<[string, string | undefined, string]>([
  ["epoch", "epochs", "a letter left out"],
  ["epohcs", "epochs", "neighbours swapped"],
  ["miniBatchSize", "mini_batch_size", "another case"],
  ["learning-rat", "learning_rate", "a dash for an underscore"],
  ["colour", undefined, "nothing near"],
  ["", undefined, "no name"],
])("%j means %j: %s", (name, meant, _why) => {
  expect(nearest(name, known)).toBe(meant);
});

it("finds a name itself, whatever else is known", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 }), (names) => {
      for (const name of names) expect(nearest(name, names)).toBe(name);
    }),
  );
});

it("asks only where there is an answer", () => {
  expect(didYouMean("epoch", known, "--")).toBe(' Did you mean "--epochs"?');
  expect(didYouMean("colour", known)).toBe("");
});

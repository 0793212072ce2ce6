import { expect, it } from "vitest";
import { splitFromOptions } from "./split-options.js";

const list = {
  root: "",
  classes: [],
  entries: Array.from({ length: 10 }, (_, id) => ({ id, labels: [0], path: `${id}.jpg` })),
};
const sizes = (parts: string) =>
  [...splitFromOptions(list, { split: "random", parts })].map(
    ([name, { entries }]) => `${name} ${entries.length}`,
  );

it.each(["train=0.8,validation=0.3", "a=0.5,b=0.5,c=0.5", "a=1,b=0.1"])(
  "refuses fractions that sum to more than 1: %s",
  (parts) => {
    expect(() => sizes(parts)).toThrow(/sums to 1\.\d+; fractions sum to 1 at most/);
  },
);

it("takes fractions up to 1, also where they do not add up exactly, and whole proportions", () => {
  expect(sizes("a=0.1,b=0.2,c=0.7")).toEqual(["a 1", "b 2", "c 7"]);
  expect(sizes("a=4,b=1")).toEqual(["a 8", "b 2"]);
});

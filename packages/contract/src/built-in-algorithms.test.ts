import { expect, test } from "vitest";
import { builtInAlgorithmOf } from "./built-in-algorithms.js";

test.each<[string, string | undefined, string]>([
  [
    "811284229777.dkr.ecr.us-east-1.amazonaws.com/image-classification:1",
    "image-classification",
    "its own region",
  ],
  [
    "390948362332.dkr.ecr.cn-north-1.amazonaws.com.cn/image-classification:1",
    "image-classification",
    "China",
  ],
  ["490574956308.dkr.ecr.us-iso-east-1.c2s.ic.gov/object-detection:latest", "object-detection", "isolated"],
  [
    "811284229777.dkr.ecr.us-west-2.amazonaws.com/image-classification:1",
    undefined,
    "another region's account",
  ],
  ["811284229777.dkr.ecr.us-east-1.amazonaws.com/blazingtext:1", undefined, "another algorithm"],
  ["111122223333.dkr.ecr.mx-central-1.amazonaws.com/object-detection:1", undefined, "a region without it"],
  ["111122223333.dkr.ecr.constructor.amazonaws.com/object-detection:1", undefined, "no region at all"],
])("%s is the built-in image of %s (%s)", (uri, expected) => {
  expect(builtInAlgorithmOf(uri)).toBe(expected);
});

import { expect, test } from "vitest";
import { relativePath } from "./transfer.js";

test.each([
  ["in/train/", "in/train/a.rec", "a.rec"],
  ["in/train/", "in/train/deep/b.rec", "deep/b.rec"],
  ["in/train", "in/train/a.rec", "a.rec"],
  ["in/train.rec", "in/train.rec", "train.rec"],
  ["in/tr", "in/train.rec", "train.rec"],
  ["", "a/b", "a/b"],
])("prefix %j makes of key %j the file %j", (prefix, key, expected) => {
  expect(relativePath(prefix, key)).toBe(expected);
});

import { expect, it } from "vitest";
import { otherProgram } from "./other-programs.js";

it.each([
  [
    ["local", "--port", "0"],
    ["start", "--port", "0"],
  ],
  [
    ["local", "start", "--json"],
    ["start", "--json"],
  ],
  [
    ["pack", "pictures", "out/p"],
    ["pack", "pictures", "out/p"],
  ],
  [
    ["help", "pack"],
    ["pack", "--help"],
  ],
  [["markup", "drive.mp4"], ["drive.mp4"]],
])("hands %j on as %j", (given, args) => {
  expect(otherProgram(given)?.args).toEqual(args);
});

it.each([[[]], [["train"]], [["--help"]], [["constructor"]], [["help"]]])("keeps %j", (given) => {
  expect(otherProgram(given)).toBeUndefined();
});

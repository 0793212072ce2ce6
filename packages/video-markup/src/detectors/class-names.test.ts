import { describe, expect, it } from "vitest";
import { defaultClassNames, metadataClassNames } from "./class-names.js";
import { cocoCategoryNames, cocoNames } from "./coco-names.js";

describe("class names", () => {
  it.each([
    ["{0: 'Pothole', 1: 'Crack'}", ["Pothole", "Crack"], "Ultralytics' Python dict"],
    [
      `{0: "driver's seat", 1: 'a "b"', 2: 'a, b: c'}`,
      ["driver's seat", 'a "b"', "a, b: c"],
      "quotes and commas inside",
    ],
    ['{"1": "b", "0": "a"}', ["a", "b"], "JSON with text keys out of order"],
    ["{0: 'a', 2: 'c'}", ["a", "1", "c"], "a missing id is named by its number"],
    ["['a', 'b']", ["a", "b"], "a list"],
    ["a,b,c", ["a", "b", "c"], "comma separated"],
    ["a\nb\n", ["a", "b"], "one a line"],
  ])("reads %s", (names, expected) => {
    expect(metadataClassNames({ names })).toEqual(expected);
  });

  it("has none without metadata", () => {
    expect(metadataClassNames({})).toBeUndefined();
  });

  it("takes COCO's names for 80 classes and ids for any other count", () => {
    expect(cocoNames).toHaveLength(80);
    expect(defaultClassNames(80)[2]).toBe("car");
    expect(defaultClassNames(2)).toEqual(["0", "1"]);
  });

  it("knows COCO's category ids: 13 is the stop sign, 90 the toothbrush", () => {
    expect(cocoCategoryNames[13 - 1]).toBe("stop sign");
    expect(cocoCategoryNames[90 - 1]).toBe("toothbrush");
    expect(cocoCategoryNames[12 - 1]).toBe("N/A");
  });
});

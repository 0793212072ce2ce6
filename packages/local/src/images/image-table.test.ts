import { describe, expect, test } from "vitest";
import { createImageTable, isBuiltInImage, repositoryOf } from "./image-table.js";

describe("images", () => {
  test.each([
    ["811284229777.dkr.ecr.us-east-1.amazonaws.com/image-classification:1", true, "its own region"],
    ["390948362332.dkr.ecr.cn-north-1.amazonaws.com.cn/image-classification:1", true, "China's suffix"],
    ["490574956308.dkr.ecr.us-iso-east-1.c2s.ic.gov/image-classification:latest", true, "an isolated region"],
    [
      "811284229777.dkr.ecr.us-west-2.amazonaws.com/image-classification:1",
      false,
      "another region's account",
    ],
    ["811284229777.dkr.ecr.us-east-1.amazonaws.com/object-detection:1", false, "another algorithm"],
    ["111122223333.dkr.ecr.mx-central-1.amazonaws.com/image-classification:1", false, "a region without it"],
  ])("%s is the built-in image: %s (%s)", (uri, expected) => {
    expect(isBuiltInImage(uri)).toBe(expected);
  });

  test.each([
    ["111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/sightline:2.1", "team/sightline"],
    ["sightline", "sightline"],
    ["registry.local:5000/sightline@sha256:abc", "sightline"],
    ["my/image:tag", "my/image"],
  ])("the repository of %s is %s", (uri, expected) => {
    expect(repositoryOf(uri)).toBe(expected);
  });

  test("are found by URI before repository, and refused by name when unknown", () => {
    const table = createImageTable({ "a/b:1": { serve: ["one"] }, "a/b": { serve: ["any"] } });
    expect(table.command("a/b:1", "serve")).toEqual(["one"]);
    expect(table.command("a/b:2", "serve")).toEqual(["any"]);
    expect(() => table.command("a/b", "train")).toThrow('has no program "train"');
    expect(() => table.command("c/d", "serve")).toThrow('The image "c/d" is not known');
  });
});

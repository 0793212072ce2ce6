import { describe, expect, test } from "vitest";
import { createImageTable } from "./image-table.js";
import { repositoryOf } from "./repository.js";

describe("images", () => {
  test("the built-in images stand for the container, told what to train", () => {
    const table = createImageTable();
    const command = (algorithm: string) =>
      table.command(`811284229777.dkr.ecr.us-east-1.amazonaws.com/${algorithm}:1`, "train");
    expect(command("image-classification").slice(-1)).toEqual(["image-classification"]);
    expect(command("object-detection").slice(-1)).toEqual(["object-detection"]);
    expect(command("object-detection").slice(0, -1)).toEqual(command("image-classification").slice(0, -1));
    expect(() => command("blazingtext")).toThrow("is not known to the local SageMaker");
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

import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { ListError } from "../errors.js";
import { readAnnotations } from "./read-annotations.js";
import { useFolder, writeText } from "./test-boxes.js";

const folder = useFolder();
const write = (name: string, text: string) => writeText(folder, name, text);

describe("annotations of YOLO", () => {
  it.each([
    ["classes.txt", "cat\ndog\n"],
    ["data.yaml", "train: images/train\nnames: ['cat', \"dog\"] # two\n"],
    ["data.yaml", "nc: 2\nnames:\n  0: cat\n  1: dog\nroboflow:\n  version: 1\n"],
    ["data.yaml", "names:\n- cat\n- dog\n"],
    ["data.yaml", "{nc: 2, names: {0: cat, 1: dog}}\n"],
    ["data.yaml", "names: [\n  cat, # a, b\n  'dog',\n]\n"],
  ])("take names from %s", async (name, text) => {
    await write(name, text);
    const labels = dirname(await write("labels/train/a.txt", "0 0.5 0.5 0.1 0.1\n"));
    expect((await readAnnotations(labels, {})).classes).toEqual(["cat", "dog"]);
    expect((await readAnnotations(dirname(labels), {})).classes).toEqual(["cat", "dog"]);
  });

  it("take numbers for names where no file has any", async () => {
    await write("data.yaml", "train: images/train\n");
    const labels = dirname(await write("labels/train/a.txt", "1 0.5 0.5 0.1 0.1\n"));
    expect((await readAnnotations(labels, {})).classes).toEqual(["0", "1"]);
  });

  it("take polygons for the boxes around them, and say so", async () => {
    const path = dirname(await write("labels/a.txt", "0 0.1 0.2 0.5 0.3 0.3 0.9\n"));
    expect(await readAnnotations(path, {})).toMatchObject({
      images: [{ boxes: [{ xyxy: [0.1, 0.2, 0.5, 0.9] }] }],
      notes: ["1 polygons became the boxes around them"],
    });
  });

  it.each([
    ["nothing", "names:\n", /not ""/],
    ["an empty list", "names: []\n", /not \[\]/],
    ["a name alone", "names: cat\n", /not "cat"/],
    ["lists", "names: [[cat], [dog]]\n", /not \[\["cat"\],\["dog"\]\]/],
    ["numbers from 1", "names: {1: cat, 2: dog}\n", /not \{"1":"cat","2":"dog"\}/],
    ["a number in the billions", "names: {1000000000: cat}\n", /not \{"1000000000":"cat"\}/],
    ["no YAML", "names: [cat\n", /it is not YAML: .*line 2/],
  ])("are refused where names in data.yaml gives %s", async (_, text, message) => {
    const labels = dirname(await write("y/a.txt", "0 .5 .5 .1 .1\n"));
    await write("y/data.yaml", text);
    const reading = readAnnotations(labels, {});
    await expect(reading).rejects.toThrow(ListError);
    await expect(reading).rejects.toThrow(/data\.yaml: /);
    await expect(reading).rejects.toThrow(message);
  });

  it("are refused where a file of names cannot be read", async () => {
    const labels = dirname(await write("y/a.txt", "0 .5 .5 .1 .1\n"));
    await mkdir(join(labels, "classes.txt"));
    await expect(readAnnotations(labels, {})).rejects.toThrow(/classes\.txt: this is a folder, not a file/);
  });
});

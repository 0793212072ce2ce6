import { readFile } from "node:fs/promises";
import { annotationKinds } from "@sightline/contract/annotation-style";
import { detectionHyperparameters } from "@sightline/contract/detection-hyperparameters";
import { hyperparameters } from "@sightline/contract/hyperparameter-table";
import { referenceTable } from "@sightline/contract/reference";
import { videoOptions } from "@sightline/contract/video-options";
import * as markup from "@sightline/video-markup";
import { expect, it } from "vitest";

/** The formatter pads tables. */
const plain = (text: string) => text.replace(/ +/g, " ").replace(/-{3,}/g, "---");
const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");

it.each([
  ["hyperparameters", hyperparameters],
  ["hyperparameters of object detection", detectionHyperparameters],
  ["options of a video job", videoOptions],
])("the README has the table of %s as the checks have it", (_, table) => {
  expect(plain(readme)).toContain(plain(referenceTable(table)));
});

it("offers to draw what video-markup draws", () => {
  expect(annotationKinds).toEqual(markup.annotationKinds);
});

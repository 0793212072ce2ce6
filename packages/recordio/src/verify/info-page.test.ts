import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { drawBoxes, useFolder } from "../boxes/test-boxes.js";
import { frameRecord } from "../format/framing.js";
import { encodeImagePayload } from "../format/ir-header.js";
import { thumbnail } from "../image/sharp-lane.js";
import { recordIOInfoPage } from "./info-page.js";

vi.mock(import("../image/sharp-lane.js"), async (original) => {
  const actual = await original();
  return { ...actual, thumbnail: vi.fn(actual.thumbnail) };
});

const folder = useFolder();

it("decodes an image once that has boxes of several classes, and shows it under each", async () => {
  const picture = join(folder.path, "a.jpg");
  await drawBoxes(picture, { width: 40, height: 30 }, []);
  const labels = [2, 5, 0, 0, 0, 0.5, 0.5, 1, 0, 0, 0.5, 0.5];
  const path = join(folder.path, "a.rec");
  await writeFile(path, frameRecord(encodeImagePayload({ id: 7, labels }, await readFile(picture))));
  const page = await recordIOInfoPage(path);
  expect(thumbnail).toHaveBeenCalledTimes(1);
  expect(page.match(/<img alt="record 7"/g)).toHaveLength(2);
});

import { describe, expect, it } from "vitest";
import { NO_NAMES } from "../read/names-beside.js";
import { cocoDocument } from "./write-coco.js";

const image = (labels: readonly number[]) => ({ id: 7, fileName: "7.jpg", width: 100, height: 100, labels });

describe("cocoDocument", () => {
  it("has a category for each named class and each that occurs, and none between", () => {
    const labels = [2, 5, 1e9, 0, 0, 0.5, 0.5, 3, 0, 0, 0.5, 0.5];
    const { annotations, categories } = JSON.parse(
      cocoDocument([image(labels)], { ...NO_NAMES, classes: ["cat"], categoryIds: [2] }),
    );
    expect(categories).toEqual([
      { id: 2, name: "cat" },
      { id: 1, name: "3" },
      { id: 3, name: "1000000000" },
    ]);
    expect(annotations.map(({ category_id }: { category_id: number }) => category_id)).toEqual([3, 1]);
  });

  it("lets no number behind a box take the place of what follows from it", () => {
    const extra = ["id", "image_id", "category_id", "bbox", "area", "iscrowd", "score"];
    const labels = [2, 12, 0, 0, 0, 0.5, 0.5, 90, 91, 92, 93, 94, 1, 0.25];
    const { annotations } = JSON.parse(cocoDocument([image(labels)], { ...NO_NAMES, extra }));
    expect(annotations).toEqual([
      {
        id: 1,
        image_id: 7,
        category_id: 1,
        bbox: [0, 0, 50, 50],
        area: 2500,
        iscrowd: 1,
        extra_0: 90,
        extra_1: 91,
        extra_2: 92,
        extra_3: 93,
        extra_4: 94,
        score: 0.25,
      },
    ]);
  });
});

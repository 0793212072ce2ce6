import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { confusionMatrix, showConfusionMatrix } from "./confusion-matrix.js";
import { followJob } from "./follow-job.js";
import { displayKey, type MimeBundle } from "./host.js";
import { imageType, showImages } from "./images.js";
import { showLineChart, showLiveChart } from "./line-chart.js";
import { followProgress, showProgress } from "./progress-bar.js";
import { showTable } from "./table.js";
import { showVideo } from "./video.js";

interface Shown {
  readonly data: MimeBundle;
  readonly id: string | undefined;
  readonly update: boolean;
}
let shown: Shown[];
const host = globalThis as Record<symbol, unknown>;
const plain = (at = -1) => String(shown.at(at)?.data["text/plain"]);
const html = (at = -1) => String(shown.at(at)?.data["text/html"]);

beforeEach(() => {
  shown = [];
  host[displayKey] = (
    { data, transient }: { data: MimeBundle; transient: { display_id?: string } },
    update: boolean,
  ) => shown.push({ data, id: transient.display_id, update });
});
afterEach(() => {
  delete host[displayKey];
});

describe("showTable", () => {
  it("sets numbers to the right and escapes text, in HTML and in plain text", () => {
    showTable(
      [
        { name: "<b>", count: 5 },
        { name: "longer", count: 1234.5 },
      ],
      { caption: "Counts" },
    );
    expect(plain()).toBe(
      "Counts\nname        count\n------  ---------\n<b>        5.0000\nlonger  1234.5000",
    );
    expect(html()).toContain("&lt;b&gt;");
    expect(html()).toContain('<td style="text-align:right');
  });

  it("shows the first rows of many and says so", () => {
    showTable(
      Array.from({ length: 60 }, (_, i) => ({ i })),
      { maxRows: 2 },
    );
    expect(plain().split("\n")).toHaveLength(5);
    expect(plain()).toContain("first 2 of 60 rows");
  });

  it("shows no rows as an empty table", () => {
    showTable([], { columns: ["a"] });
    expect(plain()).toBe("a\n-");
  });
});

describe("confusionMatrix", () => {
  const labels = ["cat", "dog", "owl"];
  const pairs = [
    [0, 0],
    [0, 1],
    [1, 1],
    [1, 1],
  ].map(([actual, predicted]) => ({ actual: actual!, predicted: predicted! }));

  it("counts, and gives recall and precision of each class", () => {
    const result = confusionMatrix(pairs, labels);
    expect(result.matrix).toEqual([
      [1, 1, 0],
      [0, 2, 0],
      [0, 0, 0],
    ]);
    expect(result).toMatchObject({ total: 4, correct: 3, accuracy: 0.75 });
    expect(result.perClass).toEqual([
      { label: "cat", count: 2, recall: 0.5, precision: 1 },
      { label: "dog", count: 2, recall: 1, precision: 2 / 3 },
      { label: "owl", count: 0, recall: 0, precision: 0 },
    ]);
  });

  it("refuses an id without a label, and shows an empty set", () => {
    expect(() => confusionMatrix([{ actual: 0, predicted: 3 }], labels)).toThrow(RangeError);
    showConfusionMatrix(confusionMatrix([], labels));
    expect(plain()).toContain("0 of 0 right");
  });
});

describe("charts", () => {
  it("draw a line for each series and a sparkline in plain text", () => {
    showLineChart(
      [
        {
          name: "up",
          points: [
            [0, 0],
            [1, 1],
            [2, 4],
          ],
        },
        { name: "none", points: [] },
      ],
      { title: "T" },
    );
    expect(html().match(/<polyline/g)).toHaveLength(1);
    expect(plain()).toBe("T\nup  ▁▃█  0 to 4");
  });

  it("grow in place", () => {
    const chart = showLiveChart();
    chart.add("a", 0, 1);
    chart.add("a", 1, 2);
    chart.finish();
    expect(new Set(shown.map(({ id }) => id)).size).toBe(1);
    expect(shown.map(({ update }) => update)).toEqual([false, true, true]);
    expect(plain()).toContain("1 to 2");
  });
});

describe("progress", () => {
  it("is drawn at its begin and end, and not at each of many steps", () => {
    const bar = showProgress({ label: "Packing", total: 10_000, unit: "images" });
    for (let done = 1; done <= 10_000; done++) bar.update(done);
    bar.finish("all of them");
    expect(shown.length).toBeLessThan(50);
    expect(plain()).toMatch(/^Packing: 100 % \(10,000 of 10,000 images, \d+\.\d s, all of them\)$/);
  });

  it("follows long work to its result, and shows its error", async () => {
    const read = (done: number) => ({ done });
    const options = { label: "Work", total: 1 };
    expect(await followProgress(longWork([1], Promise.resolve("made")), options, read)).toBe("made");
    expect(plain()).toContain("100 %");
    const failing = longWork([1], Promise.reject(new Error("disk full")));
    await expect(followProgress(failing, options, read)).rejects.toThrow("disk full");
    expect(plain()).toContain("failed");
    expect(plain()).toContain("disk full");
  });
});

describe("followJob", () => {
  const events = Array.from({ length: 9 }, (_, epoch) => [
    { kind: "log", message: `Epoch[${epoch}] done` },
    { kind: "metric", name: "validation:accuracy", value: epoch / 10, epoch },
    { kind: "metric", name: "train:cross_entropy", value: 1, epoch },
  ]).flat();
  const training = { kind: "status", status: "InProgress", secondaryStatus: "Training" };

  it("draws the metrics that were asked for, and returns the result, from which the note is made", async () => {
    const work = longWork([training, ...events], Promise.resolve({ seconds: 9 }));
    const note = ({ seconds }: { seconds: number }) => `Completed, trained ${seconds} s`;
    expect(await followJob(work, { title: "Training", note })).toEqual({ seconds: 9 });
    expect(plain()).toMatch(
      /^Training: Completed, trained 9 s, 0 s\nvalidation:accuracy {2}▁.* {2}0 to 0\.800$/,
    );
    expect(html()).not.toContain("cross_entropy");
    expect(html()).not.toContain("Epoch[8] done");
  });

  it("keeps the last state without a note, and shows the last lines of the log with an error", async () => {
    await followJob(longWork([training], Promise.resolve(1)), { title: "Training" });
    expect(plain()).toBe("Training: InProgress, Training, 0 s");
    const failing = longWork([training, ...events], Promise.reject(new Error("out of memory")));
    await expect(followJob(failing, { title: "Training" })).rejects.toThrow("out of memory");
    expect(plain()).toContain("Training: failed out of memory");
    expect(html()).toContain("Epoch[8] done");
    expect(html()).not.toContain("Epoch[2] done");
  });
});

/** Long work with these events and this end. */
function longWork<Event, Result>(events: readonly Event[], end: Promise<Result>) {
  end.catch(() => {});
  return Object.assign(end, {
    async *[Symbol.asyncIterator]() {
      yield* events;
    },
  });
}

describe("showImages and showVideo", () => {
  it("tell pictures by their first bytes and refuse the rest", () => {
    expect(imageType(Buffer.from("GIF89a"))).toBe("image/gif");
    expect(imageType(Buffer.from('<?xml version="1.0"?>\n<svg xmlns="x"/>'))).toBe("image/svg+xml");
    expect(() => imageType(Buffer.from("text"))).toThrow(TypeError);
    showImages([{ image: Buffer.from("GIF89a"), caption: "dot" }]);
    expect(html()).toContain("data:image/gif;base64,R0lGODlh");
    expect(plain()).toContain("dot (image/gif, 6 B)");
  });

  it("refuse a video that no browser plays", () => {
    expect(() => showVideo("a.avi")).toThrow("A browser plays .mp4");
  });
});

import { describe, expect, it } from "vitest";
import { CorruptRecordError } from "../errors.js";
import { frameRecord } from "../format/framing.js";
import { encodeImagePayload } from "../format/ir-header.js";
import { readImageLabelPairs } from "./augmented-manifest.js";
import { preflight } from "./preflight.js";

/** The first bytes of a PNG of 300x300, which is all that is looked at. */
const PNG = Buffer.concat([
  Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"),
  Buffer.from([0, 0, 1, 44, 0, 0, 1, 44]),
]);
const GIF = Buffer.from("GIF89a\u0001\u0001\u0001\u0001\0\0", "latin1");

const record = (id: number, label: number, image: Uint8Array = PNG): Uint8Array =>
  frameRecord(encodeImagePayload({ id, labels: [label] }, image));

const options = { imageShape: [3, 224, 224], miniBatchSize: 1 } as const;

describe("preflight", () => {
  it("does not fill the memory for one label that is far too large", async () => {
    const train = [Buffer.concat([record(0, 0), record(1, 3e9)])];
    const { numClasses, classMap, problems } = await preflight({ train }, options);
    expect(numClasses).toBe(3e9 + 1);
    expect(Object.keys(classMap)).toEqual(["0", "3000000000"]);
    expect(problems.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
      "warning: no record has the label 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 ...",
    ]);
  });

  it("counts more labels than a call can have arguments", async () => {
    const train = [Buffer.concat(Array.from({ length: 130_000 }, (_, at) => record(at, at)))];
    expect((await preflight({ train }, options)).numClasses).toBe(130_000);
  });

  it("refuses what the algorithm does not take, though it is an image", async () => {
    const { ok, problems } = await preflight({ train: [record(0, 0, GIF)] }, options);
    expect(ok).toBe(false);
    expect(problems.map(({ message }) => message)).toEqual(["1 records hold no JPEG or PNG: id 0"]);
  });

  it("names corrupt places among the problems, with the channel", async () => {
    const damaged = Buffer.concat([record(0, 0), Buffer.alloc(8), record(1, 0)]);
    const { ok, records, problems } = await preflight(
      { train: [record(0, 0)], validation: [damaged] },
      options,
    );
    expect(ok).toBe(false);
    expect(records).toEqual({ train: 1, validation: 2 });
    expect(problems).toEqual([
      {
        severity: "error",
        channel: "validation",
        message: expect.stringMatching(/^1 places are corrupt: .* \(at byte 56\)$/),
      },
    ]);
  });
});

describe("preflight of several labels", () => {
  const several = (id: number, labels: number[]): Uint8Array =>
    frameRecord(encodeImagePayload({ id, labels }, PNG));
  const errors = async (records: Uint8Array[], more: object = {}): Promise<string[]> => {
    const { problems } = await preflight({ train: [Buffer.concat(records)] }, { ...options, ...more });
    return problems.filter(({ severity }) => severity === "error").map(({ message }) => message);
  };

  it("calls boxes what they are, and counts no classes of them", async () => {
    const boxes = [
      several(0, [2, 5, 1, 0.1, 0.1, 0.5, 0.5]),
      several(1, [2, 5, 0, 0, 0, 1, 1, 2, 0, 0, 1, 1]),
    ];
    expect(await errors(boxes)).toEqual([
      "2 records hold boxes, which object detection reads (task object-detection), not classification: id 0, id 1",
    ]);
    expect(await errors(boxes, { task: "multi-label" })).toHaveLength(1);
    expect((await preflight({ train: [Buffer.concat(boxes)] }, options)).numClasses).toBe(0);
  });

  it("takes a 0 or 1 for each class with the task multi-label, and only with it", async () => {
    const records = [several(0, [1, 0, 1]), several(1, [0, 0, 1])];
    expect(await errors(records)).toEqual([
      expect.stringMatching(/^2 records have not exactly one label: id 0 \(3 numbers\).*task multi-label$/),
    ]);
    const found = await preflight({ train: [Buffer.concat(records)] }, { ...options, task: "multi-label" });
    expect(found).toMatchObject({ ok: true, numClasses: 3, numTrainingSamples: 2 });
    expect(Object.values(found.classMap).map(({ records: counts }) => counts.train)).toEqual([1, 0, 2]);
  });

  it.each([
    [
      "another number of them",
      [1, 0],
      /^1 records have not 3 labels, one for each class: id 1 \(2 numbers\)$/,
    ],
    ["other numbers", [1, 0, 0.5], /^1 records have labels other than 0 and 1: id 1/],
  ])("refuses %s with the task multi-label", async (_, labels, message) => {
    expect(await errors([several(0, [1, 0, 1]), several(1, labels)], { task: "multi-label" })).toEqual([
      expect.stringMatching(message),
    ]);
  });
});

describe("preflight of boxes", () => {
  const boxed = (id: number, labels: number[]): Uint8Array =>
    frameRecord(encodeImagePayload({ id, labels }, PNG));
  const box = (label: number) => [label, 0.1, 0.1, 0.5, 0.5];
  const check = async (train: Uint8Array[], validation: Uint8Array[] = []) =>
    await preflight(
      {
        train: [Buffer.concat(train)],
        ...(validation.length > 0 && { validation: [Buffer.concat(validation)] }),
      },
      { task: "object-detection", miniBatchSize: 1, classes: ["cat", "dog"] },
    );

  it("counts classes, and gives the label_width that both channels need", async () => {
    const found = await check(
      [boxed(0, [2, 5, ...box(0)]), boxed(1, [2, 5, ...box(1), ...box(1), ...box(0)])],
      [boxed(2, [2, 5, ...box(0), ...box(1), ...box(0), ...box(0)])],
    );
    expect(found).toMatchObject({
      ok: true,
      numClasses: 2,
      numTrainingSamples: 2,
      labelWidth: 22,
      problems: [],
    });
    expect(found.classMap[1]).toEqual({ name: "dog", records: { train: 1, validation: 1 } });
  });

  it.each([
    ["one class", [3], /id 1 \(its labels are no boxes: 1 numbers from 3\)/],
    [
      "another object width",
      [2, 6, ...box(0), 1],
      /id 1 \(header and object are 2 and 6 wide, those of the first record 2 and 5\)/,
    ],
    [
      "a box of pixels",
      [2, 5, 0, 10, 10, 50, 50],
      /id 1 \(box 1 of 1: 10 10 50 50 are not shares of the sides, from 0 to 1\)/,
    ],
    [
      "sides in another order",
      [2, 5, ...box(0), 0, 0.5, 0.1, 0.25, 0.5],
      /id 1 \(box 2 of 2: its left side 0.5 is not before its right side 0.25\)/,
    ],
    ["no height", [2, 5, 0, 0.1, 0.5, 0.5, 0.5], /its top 0.5 is not above its bottom 0.5/],
    ["half a class", [2, 5, 0.5, 0.1, 0.1, 0.5, 0.5], /its class is 0.5, not a whole number from 0/],
  ])("refuses %s", async (_, labels, message) => {
    const { ok, problems } = await check([boxed(0, [2, 5, ...box(0)]), boxed(1, labels)]);
    expect(ok).toBe(false);
    expect(problems.map(({ message: text }) => text).join()).toMatch(message);
  });

  it("warns of a class without a box, and refuses channels of different widths", async () => {
    const { problems } = await check([boxed(0, [2, 5, ...box(1)])], [boxed(1, [2, 6, ...box(0), 1])]);
    expect(problems.map(({ severity, channel, message }) => `${severity}: ${channel}: ${message}`)).toEqual([
      "warning: train: no record has the label 0",
      "warning: validation: no record has the label 1",
      "error: validation: objects are 6 numbers wide, those of train 5",
    ]);
  });
});

describe("readImageLabelPairs", () => {
  it("stops at a corrupt record even where told to resync: what follows might be of two images", async () => {
    const stream = Buffer.concat(["a", "1", "b", "2"].map((text) => frameRecord(Buffer.from(text))));
    stream[12] = 0;
    const pairs = readImageLabelPairs(stream, { onCorruptRecord: "resync" } as object);
    await expect(pairs.next()).rejects.toThrow(CorruptRecordError);
  });
});

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
      "2 records hold boxes, which object detection reads, not classification: id 0, id 1",
    ]);
    expect(await errors(boxes, { multiLabel: true })).toHaveLength(1);
    expect((await preflight({ train: [Buffer.concat(boxes)] }, options)).numClasses).toBe(0);
  });

  it("takes a 0 or 1 for each class with multiLabel, and only with it", async () => {
    const records = [several(0, [1, 0, 1]), several(1, [0, 0, 1])];
    expect(await errors(records)).toEqual([
      expect.stringMatching(/^2 records have not exactly one label: id 0 \(3 numbers\).*multiLabel$/),
    ]);
    const found = await preflight({ train: [Buffer.concat(records)] }, { ...options, multiLabel: true });
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
  ])("refuses %s with multiLabel", async (_, labels, message) => {
    expect(await errors([several(0, [1, 0, 1]), several(1, labels)], { multiLabel: true })).toEqual([
      expect.stringMatching(message),
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

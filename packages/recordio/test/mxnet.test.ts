import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listImages, packRecordIO, RecordWriter, readRecords } from "../src/index.js";
import { PythonRandom } from "../src/list/python-random.js";
import { drawImages } from "./programs.js";

// MXNet needs an old Python environment: pip install mxnet==1.9.1 numpy==1.23.5 "opencv-python-headless<4.9".
const python = process.env.SIGHTLINE_MXNET_PYTHON;
if (python === undefined) console.warn("skipped: SIGHTLINE_MXNET_PYTHON names no Python with mxnet");

function mxnet<T>(...words: string[]): T {
  const script = fileURLToPath(new URL("read-with-mxnet.py", import.meta.url));
  return JSON.parse(execFileSync(python!, [script, ...words], { encoding: "utf8", maxBuffer: 1e8 })) as T;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recordio-mxnet-"));
  await drawImages(join(folder, "images"), 40);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe.skipIf(python === undefined)("what we write", () => {
  const cases = [
    ["one label", {}],
    ["several labels", { labels: [1.5, -2, 7] }],
    ["PNG", { encoding: "png" as const }],
    ["pass-through", { passThrough: true, resize: undefined }],
    ["grey", { color: "grey" as const }],
  ] as const;

  it.each(cases)(
    "is read by mxnet.recordio with the same ids, labels and images: %s",
    async (name, change) => {
      const list = await listImages(join(folder, "images"));
      const { labels, ...options } = { labels: undefined, ...change };
      const entries = list.entries.map((entry) => ({
        ...entry,
        id: entry.id * 3 + 1,
        labels: labels ?? entry.labels,
      }));
      const output = join(folder, name.replace(" ", "-"));
      await packRecordIO({ ...list, entries }, {
        output,
        workers: 0,
        resize: { kind: "short-edge", pixels: 32 },
        ...options,
      } as never);
      const { rows, count } = mxnet<{ rows: object[]; count: number }>("read", output);
      expect(count).toBe(40);
      const ours = [];
      for await (const { header, labels, image } of readRecords(`${output}.rec`)) {
        ours.push({
          id: header.id,
          labels: [...labels],
          image: createHash("sha256").update(image).digest("hex"),
        });
      }
      const sides = "passThrough" in options ? [48, 64] : [32, 42];
      const shape = "color" in options ? sides : [...sides, 3];
      expect(rows).toEqual(ours.map((row) => ({ ...row, shape })));
    },
  );

  it("is delivered by ImageRecordIter with the same labels and pixels, in order", async () => {
    const list = await listImages(join(folder, "images"));
    const output = join(folder, "iter");
    await packRecordIO(list, { output, workers: 0, resize: { kind: "exact", width: 40, height: 32 } });
    const { labels, worst } = mxnet<{ labels: number[]; worst: number }>("iterate", output, "32", "40");
    expect(labels).toEqual(list.entries.map((entry) => entry.labels[0]));
    // Two JPEG decoders of the same bytes may differ by a rounding.
    expect(worst).toBeLessThanOrEqual(2);
  });

  it("is joined again by MXNet where it had to be split", async () => {
    const random = new PythonRandom(3);
    const magic = Buffer.from("0a23d7ce", "hex");
    const payloads = Array.from({ length: 300 }, () =>
      Buffer.concat(
        Array.from({ length: random.below(12) }, () =>
          random.below(2) === 0
            ? magic
            : Buffer.from([random.bits(8), random.bits(8)].slice(random.below(3))),
        ),
      ),
    );
    const path = join(folder, "magic.rec");
    const writer = await RecordWriter.create(path);
    for (const payload of payloads) await writer.writePayload(payload);
    await writer.close();
    expect(mxnet<string[]>("payloads", path)).toEqual(payloads.map((payload) => payload.toString("hex")));
  });
});

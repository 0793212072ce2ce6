import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cocoOf, drawBoxes } from "../src/boxes/test-boxes.js";
import {
  decodeDetectionLabel,
  type ImageList,
  listFromBoxes,
  type PackOptions,
  packRecordIO,
  preflight,
  readRecords,
} from "../src/index.js";
import { dataFolder } from "./programs.js";

// MXNet needs an old Python environment: pip install mxnet==1.9.1 numpy==1.23.5 "opencv-python-headless<4.9".
const python = process.env.SIGHTLINE_MXNET_PYTHON;
if (python === undefined) console.warn("skipped: SIGHTLINE_MXNET_PYTHON names no Python with mxnet");
const raccoons = join(dataFolder, "images/raccoon-voc");

/** What an iterator delivers of a record: rows of class, box and extra numbers, and where its image is red. */
interface Row {
  readonly objects: readonly (readonly number[])[];
  readonly red: readonly number[] | null;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recordio-mxnet-detection-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Packs a list to 120 pixels a side, and gives the rows of both iterators and ours. */
async function readAll(list: ImageList, name: string, options: Partial<PackOptions>) {
  const output = join(folder, name);
  const resize = { kind: "exact", width: 120, height: 120 } as const;
  await packRecordIO(list, { output, workers: 0, resize, ...options });
  const { labelWidth } = await preflight(
    { train: [`${output}.rec`] },
    { task: "object-detection", miniBatchSize: 1 },
  );
  const script = fileURLToPath(new URL("read-detection-with-mxnet.py", import.meta.url));
  const { stdout } = await promisify(execFile)(python!, [script, output, "120", String(labelWidth)], {
    maxBuffer: 1e8,
  });
  const ours: number[][][] = [];
  for await (const { labels } of readRecords(`${output}.rec`)) {
    const { objects } = decodeDetectionLabel(labels);
    ours.push(objects.map(({ classId, xyxy, extra }) => [classId, ...xyxy, ...extra]));
  }
  return { ours, ...(JSON.parse(stdout) as { python: Row[]; native: Row[]; widthRefused: string }) };
}

describe.skipIf(python === undefined)("MXNet's ImageDetIter and ImageDetRecordIter", () => {
  it.each([
    ["resized", {}],
    ["cut to the centre square", { centerCrop: true }],
    ["as stored", { orient: false }],
    ["as stored, and cut", { orient: false, centerCrop: true }],
  ] as const)(
    "find our boxes on the pixels, of images in all eight EXIF orientations: %s",
    async (name, options) => {
      const box = { left: 50, top: 30, width: 40, height: 25 };
      const sides = { width: 160, height: 100 };
      const lists = await Promise.all(
        [1, 2, 3, 4, 5, 6, 7, 8].map(async (orientation) => {
          await drawBoxes(join(folder, `${orientation}.jpg`), sides, [box], orientation);
          const path = join(folder, `${orientation}.json`);
          await writeFile(path, cocoOf(`${orientation}.jpg`, sides, [box]));
          return await listFromBoxes(path, { root: folder, drawnOn: "stored" });
        }),
      );
      const entries = lists.map(({ entries: [entry] }, id) => ({ ...entry!, id }));
      const {
        ours,
        python: first,
        native,
      } = await readAll({ ...lists[0]!, entries }, name.replaceAll(/\W/g, ""), options);
      expect(ours).toHaveLength(8);
      for (const rows of [first, native]) {
        expect(rows.map(({ objects }) => objects)).toEqual(ours);
        for (const { objects, red } of rows) {
          // A pixel and a half of 120.
          for (const [at, side] of objects[0]!.slice(1).entries())
            expect(Math.abs(side - red![at]!)).toBeLessThan(1.5 / 120);
        }
      }
    },
  );

  it.skipIf(!existsSync(raccoons)).each([
    ["whole", {}],
    ["cut to the centre square", { centerCrop: true }],
  ])("read the raccoons' boxes as we do, %s", async (name, options) => {
    const list = await listFromBoxes(join(raccoons, "annotations"), { root: join(raccoons, "images") });
    const {
      ours,
      python: first,
      native,
      widthRefused,
    } = await readAll(list, `raccoons-${name.length}`, options);
    expect(ours).toHaveLength(160);
    expect(widthRefused).toMatch(/label_pad_width: \d+ smaller than estimated width/);
    expect(first.map(({ objects }) => objects)).toEqual(ours);
    expect(native.map(({ objects }) => objects)).toEqual(ours);
  });
});

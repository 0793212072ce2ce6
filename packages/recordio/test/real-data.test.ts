import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type ImageRecord,
  type ListEntry,
  listFromCsv,
  packRecordIO,
  readListFile,
  readRecords,
  splitList,
} from "../src/index.js";
import { verifyRecordIO } from "../src/verify/verify-record-io.js";
import { dataFolder, run } from "./programs.js";

const hasData = existsSync(dataFolder);
if (!hasData) console.warn(`skipped: no real data in ${dataFolder}`);
const seed = join(dataFolder, "seed-dsba");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recordio-real-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const slashed = (entries: readonly ListEntry[]) =>
  entries.map(({ id, labels, path }) => [id, ...labels, path.replaceAll("\\", "/")]);

async function recordsOf(path: string): Promise<ImageRecord[]> {
  const records: ImageRecord[] = [];
  for await (const record of readRecords(path)) records.push(record);
  return records;
}

describe.skipIf(!hasData)("the seed's own files", () => {
  it("im2rec --list gives its two lists row for row", async () => {
    const sample = join(seed, "model_input_files/split_random/sample");
    const names = ["sample_val.lst", "sample_train.lst"];
    const lists = await Promise.all(names.map((name) => readListFile(join(sample, name), "")));
    for (const [, , path] of lists.flatMap(({ entries }) => slashed(entries))) {
      const file = join(folder, "tree", String(path));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, "");
    }
    await mkdir(join(folder, "lists"));
    const words = [
      "--list",
      "--recursive",
      "--train-ratio",
      "0.8",
      join(folder, "lists/sample"),
      join(folder, "tree"),
    ];
    expect((await run("im2rec", ...words)).code).toBe(0);
    for (const [at, name] of names.entries()) {
      const made = await readListFile(join(folder, "lists", name), "");
      expect(slashed(made.entries)).toEqual(slashed(lists[at]!.entries));
    }
  });

  it("the golden .rec is read whole, and packed again to the byte from its photos", async () => {
    const golden = join(seed, "golden-mini-rec/mini");
    const verified = await verifyRecordIO(`${golden}.rec`);
    expect([verified.records, verified.problems]).toEqual([49, []]);
    const list = await readListFile(`${golden}.lst`, join(dataFolder, "images/statefarm-640x480/train"));
    const { recPath, idxPath } = await packRecordIO(list, {
      output: join(folder, "mini"),
      workers: 0,
      resize: { kind: "short-edge", pixels: 210 },
      interpolation: "opencv-bilinear",
      lane: "sharp",
    });
    expect(await readFile(idxPath, "utf8")).toBe(await readFile(`${golden}.idx`, "utf8"));
    expect((await readFile(recPath)).equals(await readFile(`${golden}.rec`))).toBe(true);
  });

  it("its truncated index is told from its list", async () => {
    const dummy = join(seed, "model_input_files/split_driver/dummy/dummy");
    const rec = join(folder, "empty.rec");
    await writeFile(rec, "");
    const { problems } = await verifyRecordIO(rec, { idxPath: `${dummy}.idx`, lstPath: `${dummy}.lst` });
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining("is empty"),
      "the .idx has 4409 lines, the .rec has 0 records",
      "the .lst has 4605 lines, the .rec has 0 records",
    ]);
  });

  it("its 22,424 photos split by driver without a driver in two parts", async () => {
    const list = await listFromCsv(join(seed, "csv_files/driver_imgs_list.csv"), { root: "" });
    expect([list.entries.length, list.classes.length]).toEqual([22_424, 10]);
    expect(list.entries[0]!.path).toBe("c0/img_44733.jpg");
    const { train, validation } = splitList(list, { kind: "group", parts: { train: 0.8, validation: 0.2 } });
    const drivers = new Set(train.entries.map(({ group }) => group));
    expect(validation.entries.some(({ group }) => drivers.has(group))).toBe(false);
    expect(train.entries.length + validation.entries.length).toBe(22_424);
    expect(validation.entries.length / 22_424).toBeCloseTo(0.2, 1);
  });
});

describe.skipIf(!hasData)("odd images", () => {
  it("each is converted, or named in the report with its reason", async () => {
    const endings = ".jpg,.png,.gif,.webp,.tif,.tiff,.avif,.mpo,.bmp,.v";
    const folderOf = join(dataFolder, "odd-images");
    const output = join(folder, "odd");
    const { code, out, err } = await run(
      "recordio",
      "pack",
      folderOf,
      output,
      "--resize",
      "64",
      "--on-error",
      "skip",
      "--exts",
      endings,
      "--json",
    );
    expect([code, err.includes("Error")]).toEqual([0, false]);
    const [{ report }] = JSON.parse(out) as [
      {
        report: {
          listed: number;
          records: number;
          skipped: number;
          notes: { path: string; action: string; problem?: string }[];
        };
      },
    ];
    expect(report.listed).toBe(118);
    expect(report.records + report.skipped).toBe(report.listed);
    const lost = report.notes.filter(({ action }) => action === "skipped");
    expect(lost.map(({ path, problem }) => `${path} ${problem}`)).toEqual([
      "libjpeg-turbo/monkey12.jpg unsupported",
      "pillow/broken.png truncated",
      "pillow/broken_data_stream.png truncated",
      "pillow/decompression_bomb.gif truncated",
      // Its picture data are wrong from the first restart interval on: every viewer shows stripes.
      "pillow/hopper_bad_exif.jpg damaged",
      "pillow/truncated_image.png truncated",
      "pillow/truncated_jpeg.jpg truncated",
      "sharp/corrupt-header.jpg truncated",
      "sharp/truncated.jpg truncated",
      "sharp/truncated.png truncated",
      "sharp/vfile.v not-an-image",
    ]);
    for (const { image } of await recordsOf(`${output}.rec`)) expect(image[0]).toBe(0xff);
    expect((await verifyRecordIO(`${output}.rec`)).problems).toEqual([]);
  });
});

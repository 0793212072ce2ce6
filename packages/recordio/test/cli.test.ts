import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawImages, run } from "./programs.js";

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

let folder: string;
let images: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recordio-cli-"));
  images = join(folder, "images");
  await drawImages(images, 50);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const at = (...names: string[]): string => join(folder, ...names);

describe("recordio", () => {
  it.each([
    "pack",
    "list",
    "split",
    "verify",
    "info",
    "ls",
    "get",
    "extract",
    "index",
    "merge",
    "relabel",
    "preflight",
  ])("%s --help teaches with an example", async (command) => {
    const { code, out, err } = await run("recordio", command, "--help");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/Usage: recordio/);
    expect(out).toMatch(/Example/);
  });

  it.each([
    [["nonsense"], /there is no command "nonsense"/],
    [["pack"], /FOLDER is missing/],
    [["pack", "a", "b", "c"], /Unexpected argument "c"/],
    [["pack", "a", "b", "--resize", "big"], /--resize takes N or WxH, not "big"/],
    [["pack", "a", "b", "--on-error", "ignore"], /--on-error takes fail, skip, placeholder/],
    [["verify", "x.rec", "--what"], /there is no option "--what"/],
  ])("%j is refused with exit code 2", async (args, message) => {
    const { code, out, err } = await run("recordio", ...args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(message);
  });

  it("packs a split, verifies it, and says what is in it", async () => {
    const packed = await run(
      "recordio",
      "pack",
      images,
      at("a/all"),
      "--resize",
      "32",
      "--split",
      "stratified",
      "--json",
    );
    expect(packed.code).toBe(0);
    const results = JSON.parse(packed.out) as { recPath: string; report: { records: number } }[];
    expect(results.map(({ report }) => report.records)).toEqual([40, 10]);
    for (const { recPath } of results) {
      const verified = await run("recordio", "verify", recPath);
      expect([verified.code, verified.err]).toEqual([0, ""]);
    }
    const info = JSON.parse((await run("recordio", "info", at("a/all_train.rec"), "--json")).out) as object;
    expect(info).toMatchObject({
      records: 40,
      recordsByLabel: { 0: 8, 4: 8 },
      sizes: { "42x32": 40 },
      formats: { jpeg: 40 },
    });
    const page = await run("recordio", "info", at("a/all_train.rec"), "--html", at("page.html"));
    expect(page.code).toBe(0);
    expect((await readFile(at("page.html"), "utf8")).match(/<img /g)).toHaveLength(40);
  });

  it("takes apart and joins again", async () => {
    await run("recordio", "pack", images, at("b/all"), "--resize", "32", "--shards", "3");
    const shards = [0, 1, 2].map((shard) => at(`b/all_${shard}.rec`));
    expect((await run("recordio", "merge", at("b/merged.rec"), ...shards)).code).toBe(0);
    await run("recordio", "pack", images, at("b/whole"), "--resize", "32");
    expect(await readFile(at("b/merged.rec"))).toEqual(await readFile(at("b/whole.rec")));
    expect(await readFile(at("b/merged.idx"))).toEqual(await readFile(at("b/whole.idx")));

    const twice = await run("recordio", "merge", at("b/twice.rec"), at("b/whole.rec"), at("b/whole.rec"));
    expect([twice.code, twice.err]).toEqual([1, expect.stringContaining("occurs in more than one record")]);
    expect(
      (await run("recordio", "merge", at("b/twice.rec"), at("b/whole.rec"), at("b/whole.rec"), "--renumber"))
        .code,
    ).toBe(0);

    expect((await run("recordio", "extract", at("b/whole.rec"), at("b/files"))).code).toBe(0);
    await run(
      "recordio",
      "pack",
      at("b/files"),
      at("b/again"),
      "--list",
      at("b/files/list.lst"),
      "--pass-through",
    );
    expect(await readFile(at("b/again.rec"))).toEqual(await readFile(at("b/whole.rec")));

    await rm(at("b/whole.idx"));
    await run("recordio", "index", at("b/whole.rec"));
    expect(await readFile(at("b/whole.idx"))).toEqual(await readFile(at("b/merged.idx")));

    await writeFile(at("b/new.lst"), "3\t9\tx\n4\t8\tx\n");
    await run(
      "recordio",
      "relabel",
      at("b/whole.rec"),
      at("b/new.lst"),
      at("b/relabelled.rec"),
      "--drop-unlisted",
    );
    const lines = (await run("recordio", "ls", at("b/relabelled.rec"))).out.trim().split("\n");
    expect(lines.map((line) => line.split("\t").slice(0, 2))).toEqual([
      ["3", "9"],
      ["4", "8"],
    ]);
  });

  it("prints one image, byte for byte", async () => {
    const { out } = await run("recordio", "get", fixture("images.rec"), "70000");
    const expected = JSON.parse(await readFile(fixture("expected.json"), "utf8")) as {
      images: { id: number; length: number }[];
    };
    expect(out.length).toBe(expected.images.find(({ id }) => id === 70000)!.length);
    expect(out.startsWith("\u00ff\u00d8")).toBe(true);
  });

  it("finds every kind of damage and exits with 1", async () => {
    await run("recordio", "pack", images, at("c/all"), "--resize", "32");
    const bytes = await readFile(at("c/all.rec"));
    const offset = Number((await readFile(at("c/all.idx"), "utf8")).split("\n")[7]!.split("\t")[1]);
    bytes[offset] = 1;
    await writeFile(at("c/broken.rec"), bytes.subarray(0, -10));
    await copyFile(at("c/all.idx"), at("c/broken.idx"));
    const { code, out, err } = await run("recordio", "verify", at("c/broken.rec"));
    expect(code).toBe(1);
    expect(err).toContain(`here is 0xced72301 (at byte ${offset})`);
    expect(err).toContain("it is truncated");
    expect(err).toContain("the .idx has 50 lines, the .rec has 48 records");
    expect(out).toMatch(/48 records/);
  });

  it("one clear error for an empty folder, a missing one and a broken JPEG; no file is left", async () => {
    await mkdir(at("empty"));
    const empty = await run("recordio", "pack", at("empty"), at("d/x"));
    expect([empty.code, empty.err]).toEqual([
      1,
      expect.stringMatching(/^recordio pack: .*no image was found among 0 files.*\n$/),
    ]);
    const missing = await run("recordio", "pack", at("nowhere"), at("d/x"));
    expect([missing.code, missing.err]).toEqual([1, expect.stringMatching(/there is no such folder/)]);
    await mkdir(at("bad"));
    await copyFile(at("images/c1/1.jpg"), at("bad/good.jpg"));
    await writeFile(at("bad/broken.jpg"), (await readFile(at("images/c0/0.jpg"))).subarray(0, 1500));
    const broken = await run("recordio", "pack", at("bad"), at("d/x"));
    expect([broken.code, broken.out]).toEqual([1, ""]);
    expect(broken.err).toBe(
      "recordio pack: broken.jpg: the JPEG is truncated: it has no end marker in its 1500 bytes\n",
    );
    expect(await readdir(at("d"))).toEqual([]);
  });

  it("checks channels for SageMaker", async () => {
    await run("recordio", "pack", images, at("e/all"), "--resize", "32", "--split", "random");
    const channels = ["--train", at("e/all_train.rec"), "--validation", at("e/all_validation.rec")];
    const bad = await run("recordio", "preflight", ...channels, "--image-shape", "3,64,64", "--json");
    expect(bad.code).toBe(1);
    const { problems } = JSON.parse(bad.out) as {
      problems: { severity: string; channel: string; message: string }[];
    };
    expect(problems.map(({ channel, message }) => `${channel}: ${message}`)).toEqual([
      expect.stringMatching(/^train: 40 images are smaller than image_shape 64x64/),
      expect.stringMatching(/^validation: 10 images are smaller than image_shape 64x64/),
      "validation: 10 records are fewer than one mini batch of 32; lower mini_batch_size",
    ]);
    const good = await run(
      "recordio",
      "preflight",
      ...channels,
      "--image-shape",
      "3,32,32",
      "--mini-batch-size",
      "8",
    );
    expect([good.code, good.out.split("\n").slice(0, 2)]).toEqual([
      0,
      ["num_classes=5", "num_training_samples=40"],
    ]);
  });
});

describe("im2rec", () => {
  it("makes lists and records by im2rec.py's names, and leaves the list alone", async () => {
    await mkdir(at("f"));
    expect(
      (await run("im2rec", "--list", "--recursive", "--train-ratio", "0.8", at("f/p"), images)).code,
    ).toBe(0);
    const before = await readFile(at("f/p_train.lst"), "utf8");
    expect(before.split("\n")).toHaveLength(41);
    await writeFile(at("f/p_old.lst"), before);
    const { code, out, err } = await run("im2rec", at("f/p"), images, "--resize", "32", "--num-thread", "2");
    expect(code).toBe(0);
    expect(out).toContain(`Creating .rec file from ${at("f/p_train.lst")} in ${at("f")}`);
    expect(err).toContain("p_old.lst is left alone");
    expect(await readFile(at("f/p_train.lst"), "utf8")).toBe(before);
    expect((await readdir(at("f"))).filter((name) => /rec$|idx$/.test(name))).toEqual([
      "p_train.idx",
      "p_train.rec",
      "p_val.idx",
      "p_val.rec",
    ]);
    expect((await run("recordio", "verify", at("f/p_train.rec"))).code).toBe(0);
  });

  it("loses no image to rounding", async () => {
    await mkdir(at("g"));
    const ratios = ["--train-ratio", "0.67", "--test-ratio", "0.33"];
    const { err } = await run("im2rec", "--list", "--recursive", ...ratios, at("g/p"), images);
    expect(err).toContain("1 images that im2rec.py would leave out");
    const lines = async (name: string) => (await readFile(at("g", name), "utf8")).trim().split("\n");
    expect([...(await lines("p_train.lst")), ...(await lines("p_test.lst"))]).toHaveLength(50);
  });

  it("names an image that it cannot read, packs the others, and exits with 1", async () => {
    await mkdir(at("h"));
    await writeFile(at("h/p.lst"), `0\t0\tc0/0.jpg\n1\t1\tgone.jpg\nbad line\n2\t2\tc2/2.jpg\n`);
    const { code, err } = await run("im2rec", at("h/p"), images);
    expect(code).toBe(1);
    expect(err).toContain("gone.jpg: there is no such file");
    expect(err).toContain("p.lst:3");
    expect(err).toContain("2 of 3 images");
    expect((await run("recordio", "ls", at("h/p.rec"))).out.split("\n")).toHaveLength(3);
  });

  it("packs the list that PREFIX is the whole name of", async () => {
    await mkdir(at("i"));
    await writeFile(at("i/p.lst"), "0\t0\tc0/0.jpg\n");
    expect((await run("im2rec", at("i/p.lst"), images)).code).toBe(0);
    expect(await readdir(at("i"))).toContain("p.rec");
  });

  it("packs the other lists when one is empty or holds no image that can be read", async () => {
    await mkdir(at("j"));
    await writeFile(at("j/p_0.lst"), "0\t0\tgone.jpg\n");
    await writeFile(at("j/p_test.lst"), "");
    await writeFile(at("j/p_train.lst"), "0\t0\tc0/0.jpg\n");
    const { code, err } = await run("im2rec", at("j/p"), images);
    expect(code).toBe(1);
    expect(err).toContain("p_0.lst: None of the 1 images could be packed");
    expect(err).toContain("p_test.lst: The list holds no image");
    expect((await readdir(at("j"))).filter((name) => name.endsWith(".rec"))).toEqual(["p_train.rec"]);
  });

  it("says what to do when there is no list", async () => {
    const { code, err } = await run("im2rec", at("nothing"), images);
    expect([code, err]).toEqual([1, expect.stringContaining("Make one with --list")]);
  });
});

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { drawPictures } from "./draw-pictures.js";
import { SampleError } from "./errors.js";

const scratch = mkdtempSync(join(tmpdir(), "sightline-samples-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const small = { classes: 3, subjects: 4, perClass: 8, sidePixels: 48 };
/** One hash over every file, with its name. */
function hashOf(folder: string): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort())
    if (name.includes(".")) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest("hex");
}

describe("drawPictures", () => {
  it("draws the same pictures for the same seed, and others for another", async () => {
    const draw = async (name: string, seed: number) => {
      const { folder } = await drawPictures({ folder: join(scratch, name), seed, ...small });
      return hashOf(folder);
    };
    const first = await draw("one", 5);
    expect(await draw("same", 5)).toBe(first);
    expect(await draw("other", 6)).not.toBe(first);
  });

  it("lays each picture into its class, and names each once in the CSV with its subject", async () => {
    const drawn = await drawPictures({ folder: join(scratch, "structure"), ...small });
    const [header, ...rows] = readFileSync(drawn.labelsCsv, "utf8").trim().split("\n");
    expect(header).toBe("subject,classname,img");
    const files = drawn.classes.flatMap((name) =>
      readdirSync(join(drawn.folder, name)).map((file) => `${name},${file}`),
    );
    expect(rows.map((row) => row.slice(row.indexOf(",") + 1)).sort()).toEqual(files.sort());
    expect(drawn.pictures).toBe(24);
    expect(files).toHaveLength(24);
    // Every subject draws every class equally often.
    const counts = new Map<string, number>();
    for (const row of rows) {
      const pair = row.slice(0, row.lastIndexOf(","));
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
    expect([...counts.values()]).toEqual(Array.from({ length: 12 }, () => 2));
    const first = join(drawn.folder, files[0]!.replace(",", "/"));
    expect(await sharp(first).metadata()).toMatchObject({ format: "jpeg", width: 48, height: 48 });
  });

  it("removes what a killed run left beside the folder", async () => {
    const place = mkdtempSync(join(scratch, "killed-"));
    const { pid } = spawnSync(process.execPath, ["--version"]);
    mkdirSync(join(place, `.drawn.${hostname()}-${pid}-1-abc.partial`));
    await drawPictures({ folder: join(place, "drawn"), ...small });
    expect(readdirSync(place)).toEqual(["drawn"]);
  });

  it("gives each subject paper of its own, whatever it draws", async () => {
    const drawn = await drawPictures({ folder: join(scratch, "papers"), ...small, subjects: 8 });
    const rows = readFileSync(drawn.labelsCsv, "utf8").trim().split("\n").slice(1);
    const corners = new Map<string, number[][]>();
    for (const row of rows) {
      const [subject, name, file] = row.split(",") as [string, string, string];
      const corner = await sharp(join(drawn.folder, name, file))
        .resize(1, 1, { fit: "fill" })
        .raw()
        .toBuffer();
      corners.set(subject, [...(corners.get(subject) ?? []), [...corner]]);
    }
    const mean = (colours: number[][]) =>
      [0, 1, 2].map((at) => colours.reduce((all, colour) => all + colour[at]!, 0) / colours.length);
    const far = (a: number[], b: number[]) => Math.hypot(...a.map((value, at) => value - b[at]!));
    const means = [...corners.values()].map(mean);
    const within = [...corners.values()].flatMap((all, at) => all.map((colour) => far(colour, means[at]!)));
    const between = means.flatMap((a, i) => means.slice(i + 1).map((b) => far(a, b)));
    const average = (all: number[]) => all.reduce((sum, value) => sum + value, 0) / all.length;
    expect(average(between)).toBeGreaterThan(3 * average(within));
  });

  it("leaves what is there already, and draws anew when the options change", async () => {
    const folder = join(scratch, "again");
    expect((await drawPictures({ folder, ...small })).unchanged).toBe(false);
    expect((await drawPictures({ folder, ...small })).unchanged).toBe(true);
    expect((await drawPictures({ folder, ...small, classes: 2 })).unchanged).toBe(false);
    expect(readdirSync(folder).filter((name) => !name.includes("."))).toHaveLength(2);
  });

  it("does not touch a folder with other files", async () => {
    const folder = mkdtempSync(join(scratch, "taken-"));
    writeFileSync(join(folder, "mine.txt"), "mine");
    await expect(drawPictures({ folder, ...small })).rejects.toThrow(SampleError);
    expect(readdirSync(folder)).toEqual(["mine.txt"]);
  });

  it.each([{ classes: 9 }, { subjects: 1 }, { perClass: 0 }, { sidePixels: 31 }, { classes: 2.5 }])(
    "refuses %j",
    async (options) => {
      const [[name]] = Object.entries(options) as [[string, number]];
      await expect(drawPictures({ folder: join(scratch, "never"), ...options })).rejects.toThrow(
        new RegExp(`^${name} must be a whole number`),
      );
    },
  );

  it("leaves nothing behind when aborted", async () => {
    const before = readdirSync(scratch);
    const reason = new Error("enough");
    const work = drawPictures({ folder: join(scratch, "aborted"), signal: AbortSignal.abort(reason) });
    await expect(work).rejects.toBe(reason);
    expect(readdirSync(scratch)).toEqual(before);
  });
});

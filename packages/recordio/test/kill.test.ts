import type { ChildProcess } from "node:child_process";
import { link, mkdir, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { drawImages, run, start } from "./programs.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recordio-kill-"));
  await drawImages(join(folder, "images"), 240);
  await linkImages(join(folder, "images"), join(folder, "many"), 25);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** So many links to each image, in folders of their own: pass-through is over too soon with few. */
async function linkImages(from: string, to: string, copies: number): Promise<void> {
  for (const name of await readdir(from)) {
    const files = await readdir(join(from, name));
    for (let copy = 0; copy < copies; copy++) {
      const target = join(to, `${name}-${copy}`);
      await mkdir(target, { recursive: true });
      for (const file of files) await link(join(from, name, file), join(target, file));
    }
  }
}

/** Waits until a run has begun to write, or has ended. */
async function begun(output: string, child: ChildProcess): Promise<void> {
  const journal = join(folder, `${output}.packing/journal.jsonl`);
  while (!(await stat(journal).catch(() => undefined)) && child.exitCode === null) await sleep(2);
}

const pack = (output: string) => ["pack", join(folder, "images"), join(folder, output), "--resize", "40"];
const passThrough = (output: string) => [
  "pack",
  join(folder, "many"),
  join(folder, output),
  "--pass-through",
];

it.each([
  ["resized", pack],
  ["as they are", passThrough],
] as const)(
  "%s: a run killed with SIGKILL at five random moments ends with the bytes of an undisturbed one",
  async (name, command) => {
    const [calm, killed] = [`calm ${name}`, `killed ${name}`];
    expect((await run("recordio", ...command(`${calm}/train`))).code).toBe(0);
    let kills = 0;
    let finished = 0;
    for (let attempt = 0; kills < 5 && attempt < 40; attempt++) {
      const { child, done } = start("recordio", command(`${killed}/train`));
      // Any moment from the first start of the program to past its end; every second one while it packs.
      if (attempt % 2 === 0) await begun(`${killed}/train`, child);
      await sleep(Math.random() * (attempt % 2 === 0 ? 80 : 400));
      child.kill("SIGKILL");
      const { signal } = await done;
      if (signal === "SIGKILL") {
        kills++;
      } else {
        finished++;
        await rm(join(folder, killed), { recursive: true });
      }
    }
    expect(kills, `${finished} runs had ended before the kill`).toBe(5);
    const last = await run("recordio", ...command(`${killed}/train`), "--json");
    expect(last.code).toBe(0);
    for (const ending of [".rec", ".idx", ".lst"]) {
      const [calmFile, killedFile] = [calm, killed].map((at) => join(folder, `${at}/train${ending}`));
      expect((await readFile(killedFile!)).equals(await readFile(calmFile!)), ending).toBe(true);
    }
    expect(await readdir(join(folder, killed))).toEqual(await readdir(join(folder, calm)));
  },
);

it("a killed run is gone on with from its last record, not begun again", async () => {
  const { child, done } = start("recordio", pack("half/train"));
  const journal = join(folder, "half/train.packing/journal.jsonl");
  const size = async (): Promise<number> => (await stat(journal).catch(() => undefined))?.size ?? 0;
  while ((await size()) < 8_000 && child.exitCode === null) await sleep(2);
  child.kill("SIGKILL");
  await done;
  const [result] = JSON.parse((await run("recordio", ...pack("half/train"), "--json")).out) as [
    { report: { reused: number; records: number } },
  ];
  expect(result.report.records).toBe(240);
  expect(result.report.reused).toBeGreaterThan(40);
  expect(await readFile(join(folder, "half/train.rec"))).toEqual(
    await readFile(join(folder, "calm resized/train.rec")),
  );
});

it("two processes on one output: one wins, the other says who does", async () => {
  const runs = await Promise.all([
    run("recordio", ...pack("both/train")),
    run("recordio", ...pack("both/train")),
  ]);
  const codes = runs.map(({ code }) => code).sort();
  if (codes[1] === 1)
    expect(runs.find(({ code }) => code === 1)!.err).toMatch(/is being written by process \d+/);
  // The second may have come when the first was done: then it had nothing to do.
  expect(codes[0]).toBe(0);
  expect(await readFile(join(folder, "both/train.rec"))).toEqual(
    await readFile(join(folder, "calm resized/train.rec")),
  );
});

it("Ctrl-C ends with 130 and a word, and the next run goes on", async () => {
  const { child, done } = start("recordio", pack("ctrl-c/train"));
  await begun("ctrl-c/train", child);
  child.kill("SIGINT");
  const { code, err } = await done;
  expect([code, err]).toEqual([130, expect.stringContaining("interrupted")]);
  expect((await run("recordio", ...pack("ctrl-c/train"))).code).toBe(0);
  expect(await readFile(join(folder, "ctrl-c/train.rec"))).toEqual(
    await readFile(join(folder, "calm resized/train.rec")),
  );
});

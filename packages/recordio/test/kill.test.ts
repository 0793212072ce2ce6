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
  // What undisturbed runs give, to compare with.
  for (const command of [pack("calm resized/train"), passThrough("calm as they are/train")]) {
    expect((await run("recordio", ...command)).code).toBe(0);
  }
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

/** Waits until something holds, or the program has ended. */
async function until(holds: () => Promise<boolean>, child: ChildProcess): Promise<void> {
  while (!(await holds()) && child.exitCode === null) await sleep(2);
}

/** Size of a file in bytes; 0 where there is none. */
async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

/** Waits until a run has begun to write, or has ended. */
async function begun(output: string, child: ChildProcess): Promise<void> {
  await until(async () => await exists(join(folder, `${output}.packing/journal.jsonl`)), child);
}

/** How far a run has come, by what lies on the disk; `whole` is the size of all records. */
const moments: readonly [string, (output: string, whole: number) => Promise<boolean>][] = [
  ["at its start", async () => true],
  ["when it has the lock", async (output) => await exists(`${output}.packing.lock`)],
  ["when it has begun to write", async (output) => await exists(`${output}.packing/journal.jsonl`)],
  ["at a fifth", async (output, whole) => (await sizeOf(`${output}.packing/data.rec`)) > whole / 5],
  ["at four fifths", async (output, whole) => (await sizeOf(`${output}.packing/data.rec`)) > (whole * 4) / 5],
  ["when only names are missing", async (output) => await exists(`${output}.packing/complete`)],
];

function pack(output: string): string[] {
  return ["pack", join(folder, "images"), join(folder, output), "--resize", "40"];
}

function passThrough(output: string): string[] {
  return ["pack", join(folder, "many"), join(folder, output), "--pass-through"];
}

it.each([
  ["resized", pack],
  ["as they are", passThrough],
] as const)(
  "%s: runs killed with SIGKILL one after the other, each further on, end with the bytes of an undisturbed one",
  async (name, command) => {
    const [calm, killed] = [`calm ${name}`, `killed ${name}`];
    const whole = await sizeOf(join(folder, `${calm}/train.rec`));
    let kills = 0;
    for (const [, isThere] of moments) {
      const { child, done } = start("recordio", command(`${killed}/train`));
      await until(async () => await isThere(join(folder, `${killed}/train`), whole), child);
      child.kill("SIGKILL");
      if ((await done).signal === "SIGKILL") kills++;
    }
    // A late moment may be missed; the first cannot be.
    expect(kills).toBeGreaterThan(0);
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
  await until(async () => (await sizeOf(journal)) >= 8_000, child);
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

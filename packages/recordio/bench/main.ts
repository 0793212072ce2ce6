import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { writeBytesAlone } from "./bytes-alone.js";
import { type Measured, measure } from "./measure.js";
import { makePhotos } from "./photos.js";
import { PASSES, writeReader } from "./reader.js";
import { startProcess } from "./running-process.js";

// pnpm bench [--rounds N] [--only 640x480 | 1600x1200 | 4032x3024 | pass-through | reading | memory]
//
// It makes its photos first, which takes longer than measuring, and writes only below the system's folder for temporary files.
//
// Peers, where these are set:
//   SIGHTLINE_IM2REC_CPP     the C++ im2rec program
//   SIGHTLINE_IM2REC_PY      MXNet's tools/im2rec.py, run by
//   SIGHTLINE_MXNET_PYTHON   a Python with mxnet and cv2
// Photos are made from real ones in SIGHTLINE_DATA (default: ../shared/data beside the checkout).

const packageFolder = resolve(import.meta.dirname, "../..");
const data = process.env.SIGHTLINE_DATA ?? resolve(packageFolder, "../../../shared/data");
const recordio = [process.execPath, join(packageFolder, "bin/recordio.cjs")];
const im2rec = [process.execPath, join(packageFolder, "bin/im2rec.cjs")];
const cpp = process.env.SIGHTLINE_IM2REC_CPP;
const python = process.env.SIGHTLINE_MXNET_PYTHON;
const script = process.env.SIGHTLINE_IM2REC_PY;

interface Scenario {
  readonly name: string;
  readonly images: number;
  readonly rounds: number;
  /** Run before each tool, and not measured. */
  readonly before?: readonly string[];
  /** Called when all is measured. */
  readonly end?: () => void;
  /** Tools by name, ours first. */
  readonly tools: Readonly<Record<string, Tool>>;
}

interface Tool {
  /** May depend on the round, counted from 0; or measures itself. */
  readonly command: readonly string[] | ((round: number) => readonly string[] | Promise<Measured>);
  /** What to remove before each run. */
  readonly clean?: string;
}

function option(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? undefined : process.argv[at + 1];
}

/** All tools on one set of photos; they run in turn, so that a busy machine hurts all alike. */
async function compare(scenario: Scenario): Promise<void> {
  const best = new Map<string, Measured>();
  for (let round = 0; round < scenario.rounds; round++) {
    for (const [name, { command, clean }] of Object.entries(scenario.tools)) {
      if (clean !== undefined) await rm(clean, { recursive: true, force: true });
      if (scenario.before !== undefined) await measure(scenario.before);
      const run = typeof command === "function" ? command(round) : command;
      const found = run instanceof Promise ? await run : await measure(run);
      const kept = best.get(name);
      best.set(name, {
        wallMs: Math.min(found.wallMs, kept?.wallMs ?? Number.POSITIVE_INFINITY),
        cpuMs: Math.min(found.cpuMs, kept?.cpuMs ?? Number.POSITIVE_INFINITY),
        peakMB: Math.max(found.peakMB, kept?.peakMB ?? 0),
      });
    }
  }
  scenario.end?.();
  printTable(scenario, best);
}

/** A Markdown table; the last two columns say how ours compares with each peer. */
function printTable({ name, images, rounds }: Scenario, best: ReadonlyMap<string, Measured>): void {
  const ours = best.values().next().value!;
  console.log(
    `\n${name}: ${images} images, best of ${rounds}, ${availableParallelism()} processors\n\n` +
      "| tool | images/s | wall ms | CPU ms an image | peak MB | our speed to its | our CPU time to its |\n" +
      "| --- | --- | --- | --- | --- | --- | --- |",
  );
  for (const [tool, { wallMs, cpuMs, peakMB }] of best) {
    const cells = [
      tool,
      ((images / wallMs) * 1000).toFixed(0),
      wallMs.toFixed(0),
      (cpuMs / images).toFixed(3),
      peakMB.toFixed(0),
      `${(wallMs / ours.wallMs).toFixed(2)}x`,
      (ours.cpuMs / cpuMs).toFixed(2),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}

async function resizing(
  folder: string,
  name: string,
  photos: string,
  images: number,
  rounds: number,
): Promise<Scenario> {
  const list = join(folder, `${name}.lst`);
  await measure([...im2rec, "--list", "--recursive", "--no-shuffle", join(folder, name), photos]);
  for (const copy of ["ours", "py"]) await cp(list, join(folder, `${name}-${copy}.lst`));
  const out = join(folder, `${name}-out`);
  return {
    name: `resize 210, quality 95, ${name}`,
    images,
    rounds,
    tools: {
      "recordio pack": {
        command: [...recordio, "pack", photos, join(out, "x"), "--resize", "210"],
        clean: out,
      },
      "im2rec (ours)": {
        command: [...im2rec, join(folder, `${name}-ours`), photos, "--resize", "210"],
        clean: join(folder, `${name}-ours.pack.jsonl`),
      },
      ...(cpp !== undefined && {
        "im2rec C++": {
          command: [cpp, list, `${photos}/`, join(folder, "cpp.rec"), "resize=210", "quality=95"],
        },
      }),
      ...(python !== undefined &&
        script !== undefined && {
          "im2rec.py, 2 threads": {
            command: [
              python,
              script,
              join(folder, `${name}-py`),
              photos,
              "--resize",
              "210",
              "--num-thread",
              "2",
            ],
          },
        }),
    },
  };
}

/** `copies` of the photos as links: the files are as many as their names say, the disk holds them once. */
async function passThrough(folder: string, photos: string, copies: number): Promise<Scenario> {
  const many = join(folder, `through-${copies}`);
  await mkdir(many);
  for (let copy = 0; copy < copies; copy++) await measure(["cp", "-rl", photos, join(many, `k${copy}`)]);
  const out = join(folder, `through-${copies}-out`);
  const list = join(folder, `through-${copies}.lst`);
  await measure([...im2rec, "--list", "--recursive", "--no-shuffle", list.slice(0, -4), many]);
  const running = await startProcess(
    join(folder, `running-${copies}.mjs`),
    join(packageFolder, "dist/index.js"),
    many,
  );
  const copied = join(folder, `copied-${copies}`);
  await mkdir(copied);
  return {
    name: "pass-through",
    images: 1500 * copies,
    rounds: 8,
    end: running.end,
    before: sameState(`${many}/*/*/*.jpg`),
    tools: {
      "recordio pack --pass-through": {
        command: [...recordio, "pack", many, join(out, "x"), "--pass-through"],
        clean: out,
      },
      "packRecordIO in a running process": {
        command: () => running.pack(join(`${out}-running`, "x")),
        clean: `${out}-running`,
      },
      // To a new folder each round: where files were removed a moment ago, ext4 is six times as slow to make new ones.
      "cp -r": { command: (round) => ["cp", "-r", many, join(copied, `${round}`)] },
      "Node.js, the bytes alone": {
        command: [process.execPath, await writeBytesAlone(`${out}.cjs`, many, `${out}-bytes`)],
        clean: `${out}-bytes`,
      },
      "cat files > one": {
        command: ["sh", "-c", `cat ${many}/*/*/*.jpg > ${copied}/one`],
        clean: join(copied, "one"),
      },
      ...(cpp !== undefined && {
        "im2rec C++ unchanged=1": {
          command: [cpp, list, `${many}/`, join(folder, "cpp.rec"), "unchanged=1"],
        },
      }),
    },
  };
}

/**
 * Brings the machine to the same state for all: files in the cache, nothing waiting for the disk, and free memory that was
 * used just now. A virtual machine gives memory back to its host; to get it again takes longer than to copy what goes into it.
 */
function sameState(files: string): string[] {
  const useMemory = `${process.execPath} -e "Buffer.alloc(1.5e9, 1)"`;
  return ["sh", "-c", `cat ${files} > /dev/null; sync; exec ${useMemory}`];
}

async function reading(folder: string, photos: string): Promise<Scenario> {
  const one = join(folder, "one.rec");
  await measure([...recordio, "pack", photos, one, "--pass-through"]);
  const rec = join(folder, "large.rec");
  const copies = 12;
  await measure([...recordio, "merge", rec, "--renumber", ...new Array<string>(copies).fill(one)]);
  const library = join(packageFolder, "dist/index.js");
  const kept = await writeReader(join(folder, "kept.mjs"), library, rec, {});
  const reused = await writeReader(join(folder, "reused.mjs"), library, rec, { reuseMemory: true });
  return {
    name: `reading ${((await stat(rec)).size / 1e6).toFixed(0)} MB ${PASSES} times in one process`,
    images: copies * 1500 * PASSES,
    rounds: 3,
    before: sameState(rec),
    tools: {
      "readRecords, reuseMemory": { command: [process.execPath, reused] },
      readRecords: { command: [process.execPath, kept] },
      cat: { command: ["sh", "-c", `cat ${new Array(PASSES).fill(rec).join(" ")} > /dev/null`] },
    },
  };
}

async function memory(folder: string): Promise<Scenario> {
  const small = join(data, "images/statefarm-80x60");
  const names = (await readdir(small, { recursive: true })).filter((name) => name.endsWith(".jpg")).sort();
  const lines = Array.from(
    { length: 100_000 },
    (_, id) => `${id}\t${id % 10}\t${names[id % names.length]}\n`,
  );
  const list = join(folder, "hundred-thousand.lst");
  await writeFile(list, lines.join(""));
  const pack = [...recordio, "pack", small, join(folder, "large/x"), "--list", list];
  const resize = [...pack, "--resize", "48"];
  const asTheyAre = [...pack, "--pass-through"];
  return {
    name: "100,000 images of 80x60, then the same again unchanged",
    images: 100_000,
    rounds: 1,
    tools: {
      "recordio pack": { command: resize, clean: join(folder, "large") },
      "recordio pack, unchanged": { command: resize },
      "recordio pack --pass-through": { command: asTheyAre, clean: join(folder, "large") },
      "recordio pack --pass-through, unchanged": { command: asTheyAre },
    },
  };
}

async function main(): Promise<void> {
  const only = option("only");
  const rounds = Number(option("rounds") ?? 3);
  if (!existsSync(data)) throw new Error(`No photos: ${data} is not there. Set SIGHTLINE_DATA.`);
  for (const [name, value] of Object.entries({ "im2rec C++": cpp, "im2rec.py": script && python })) {
    if (value === undefined) console.log(`${name} is not compared: its environment variable is not set`);
  }
  const folder = await mkdtemp(join(tmpdir(), "recordio-bench-"));
  const photos = async (width: number, height: number, count: number): Promise<string> => {
    const made = join(folder, `photos-${width}x${height}`);
    if (!existsSync(made)) await makePhotos(data, made, count, width, height);
    return made;
  };
  const scenarios: Readonly<Record<string, () => Promise<readonly Scenario[]>>> = {
    "640x480": async () => [await resizing(folder, "640x480", await photos(640, 480, 1500), 1500, rounds)],
    "1600x1200": async () => [
      await resizing(folder, "1600x1200", await photos(1600, 1200, 1000), 1000, rounds),
    ],
    "4032x3024": async () => [
      await resizing(folder, "4032x3024", await photos(4032, 3024, 200), 200, rounds),
    ],
    "pass-through": async () => [
      await passThrough(folder, await photos(640, 480, 1500), 1),
      await passThrough(folder, await photos(640, 480, 1500), 8),
    ],
    reading: async () => [await reading(folder, await photos(640, 480, 1500))],
    memory: async () => [await memory(folder)],
  };
  try {
    for (const [name, make] of Object.entries(scenarios)) {
      if (only !== undefined && only !== name) continue;
      for (const scenario of await make()) await compare(scenario);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

await main();

import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Measured, measure } from "./measure.js";
import { makePhotos } from "./photos.js";

// pnpm bench [--rounds N] [--only NAME] [--memory]
//
// Peers, where these are set:
//   SIGHTLINE_IM2REC_CPP     the C++ im2rec program
//   SIGHTLINE_IM2REC_PY      MXNet's tools/im2rec.py, run by
//   SIGHTLINE_MXNET_PYTHON   a Python with mxnet and cv2
// Photos are made from real ones in SIGHTLINE_DATA (default: ../shared/data beside the checkout).

const packageFolder = resolve(import.meta.dirname, "../..");
const data = process.env.SIGHTLINE_DATA ?? resolve(packageFolder, "../../../shared/data");
const recordio = [process.execPath, join(packageFolder, "bin/recordio.js")];
const im2rec = [process.execPath, join(packageFolder, "bin/im2rec.js")];
const cpp = process.env.SIGHTLINE_IM2REC_CPP;
const python = process.env.SIGHTLINE_MXNET_PYTHON;
const script = process.env.SIGHTLINE_IM2REC_PY;

interface Scenario {
  readonly name: string;
  readonly images: number;
  /** Tools by name: the command, and what to remove before each run. */
  readonly tools: Readonly<Record<string, { readonly command: readonly string[]; readonly clean?: string }>>;
}

function option(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? undefined : process.argv[at + 1];
}

/** All tools on one set of photos; they run in turn, so that a busy machine hurts all alike. */
async function compare(scenario: Scenario, rounds: number): Promise<void> {
  const best = new Map<string, Measured>();
  for (let round = 0; round < rounds; round++) {
    for (const [name, { command, clean }] of Object.entries(scenario.tools)) {
      if (clean !== undefined) await rm(clean, { recursive: true, force: true });
      const found = await measure(command);
      const kept = best.get(name);
      best.set(name, {
        wallMs: Math.min(found.wallMs, kept?.wallMs ?? Number.POSITIVE_INFINITY),
        cpuMs: Math.min(found.cpuMs, kept?.cpuMs ?? Number.POSITIVE_INFINITY),
        peakMB: Math.max(found.peakMB, kept?.peakMB ?? 0),
      });
    }
  }
  console.log(
    `\n${scenario.name}: ${scenario.images} images, best of ${rounds} rounds, ${availableParallelism()} processors`,
  );
  console.log("tool                              wall ms  images/s  CPU ms/image  peak MB");
  for (const [name, { wallMs, cpuMs, peakMB }] of best) {
    const rate = (scenario.images / wallMs) * 1000;
    console.log(
      `${name.padEnd(32)} ${wallMs.toFixed(0).padStart(8)} ${rate.toFixed(0).padStart(9)} ${(cpuMs / scenario.images).toFixed(3).padStart(13)} ${peakMB.toFixed(0).padStart(8)}`,
    );
  }
  const names = [...best.keys()];
  const ours = best.get(names[0]!)!;
  for (const name of names.slice(1)) {
    const peer = best.get(name)!;
    console.log(
      `  ${names[0]} / ${name}: ${(peer.wallMs / ours.wallMs).toFixed(2)}x the speed (wall), ${(ours.cpuMs / peer.cpuMs).toFixed(2)} of its CPU time`,
    );
  }
}

async function resizing(folder: string, name: string, photos: string, count: number): Promise<Scenario> {
  const list = join(folder, `${name}.lst`);
  await measure([...im2rec, "--list", "--recursive", "--no-shuffle", join(folder, name), photos]);
  for (const copy of ["ours", "py", "exact"]) await cp(list, join(folder, `${name}-${copy}.lst`));
  const out = join(folder, `${name}-out`);
  const work = (copy: string) => join(folder, `${name}-${copy}.pack.jsonl`);
  return {
    name: `resize 210, quality 95, ${name}`,
    images: count,
    tools: {
      "recordio pack": {
        command: [...recordio, "pack", photos, join(out, "x"), "--resize", "210"],
        clean: out,
      },
      "im2rec (ours)": {
        command: [...im2rec, join(folder, `${name}-ours`), photos, "--resize", "210"],
        clean: work("ours"),
      },
      "im2rec --exact (ours)": {
        command: [...im2rec, "--exact", join(folder, `${name}-exact`), photos, "--resize", "210"],
        clean: work("exact"),
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

async function passThrough(folder: string, photos: string, count: number): Promise<Scenario> {
  const out = join(folder, "through");
  return {
    name: "pass-through",
    images: count,
    tools: {
      "recordio pack --pass-through": {
        command: [...recordio, "pack", photos, join(out, "x"), "--pass-through"],
        clean: out,
      },
      "cp -r": { command: ["cp", "-r", photos, join(folder, "copied")], clean: join(folder, "copied") },
      ...(cpp !== undefined && {
        "im2rec C++ unchanged=1": {
          command: [cpp, join(folder, "640x480.lst"), `${photos}/`, join(folder, "cpp.rec"), "unchanged=1"],
        },
      }),
    },
  };
}

async function reading(folder: string): Promise<Scenario> {
  const rec = join(folder, "large.rec");
  const one = join(folder, "through/x.rec");
  await measure([...recordio, "merge", rec, "--renumber", ...new Array<string>(12).fill(one)]);
  const kept = await reader(folder, rec, {});
  const reused = await reader(folder, rec, { reuseMemory: true });
  const megabytes = (await stat(rec)).size / 1e6;
  return {
    name: `reading ${megabytes.toFixed(0)} MB`,
    images: 12 * 1500,
    tools: {
      "readRecords, memory reused": { command: [process.execPath, reused] },
      readRecords: { command: [process.execPath, kept] },
      cat: { command: ["sh", "-c", `cat ${rec} > /dev/null`] },
      "cat | cat (really copied)": { command: ["sh", "-c", `cat ${rec} | cat > /dev/null`] },
    },
  };
}

/** A program that reads a whole file and drops it. */
async function reader(folder: string, rec: string, options: object): Promise<string> {
  const program = join(folder, `read${Object.keys(options).join()}.mjs`);
  const library = join(packageFolder, "dist/index.js");
  await writeFile(
    program,
    `import { readRecords } from ${JSON.stringify(library)};
let bytes = 0, records = 0;
for await (const { image } of readRecords(${JSON.stringify(rec)}, ${JSON.stringify(options)})) {
  bytes += image.length;
  records++;
}
if (records === 0) throw new Error("nothing read");
`,
  );
  return program;
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
  const pack = [...recordio, "pack", small, join(folder, "large/x"), "--list", list, "--resize", "48"];
  return {
    name: "100,000 images of 80x60, then the same again unchanged",
    images: 100_000,
    tools: {
      "recordio pack": { command: pack, clean: join(folder, "large") },
      "recordio pack, unchanged": { command: pack },
    },
  };
}

async function main(): Promise<void> {
  const rounds = Number(option("rounds") ?? 3);
  const only = option("only");
  if (!existsSync(data)) throw new Error(`No photos: ${data} is not there. Set SIGHTLINE_DATA.`);
  for (const [name, value] of Object.entries({ "im2rec C++": cpp, "im2rec.py": script && python })) {
    if (value === undefined) console.log(`${name} is not compared: its environment variable is not set`);
  }
  const folder = await mkdtemp(join(tmpdir(), "recordio-bench-"));
  try {
    const wanted = (name: string): boolean => only === undefined || only === name;
    const photos = join(folder, "photos");
    await mkdir(photos);
    const small = join(photos, "640x480");
    if (wanted("640x480") || wanted("pass-through") || wanted("read"))
      await makePhotos(data, small, 1500, 640, 480);
    if (wanted("640x480") || wanted("pass-through")) {
      const scenario = await resizing(folder, "640x480", small, 1500);
      if (wanted("640x480")) await compare(scenario, rounds);
    }
    if (wanted("pass-through") || wanted("read")) {
      const scenario = await passThrough(folder, small, 1500);
      if (wanted("pass-through")) await compare(scenario, rounds);
      else await measure(scenario.tools["recordio pack --pass-through"]!.command);
    }
    if (wanted("read")) await compare(await reading(folder), rounds);
    for (const [width, height, count] of [
      [1600, 1200, 120],
      [4032, 3024, 40],
    ] as const) {
      const name = `${width}x${height}`;
      if (!wanted(name)) continue;
      await makePhotos(data, join(photos, name), count, width, height);
      await compare(await resizing(folder, name, join(photos, name), count), rounds);
    }
    if (only === "memory" || process.argv.includes("--memory")) await compare(await memory(folder), 1);
  } finally {
    await rm(folder, { recursive: true });
  }
}

await main();

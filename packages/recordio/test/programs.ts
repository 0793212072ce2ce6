import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";

/** Real data beside the checkout, where it is there. */
export const dataFolder =
  process.env.SIGHTLINE_DATA ?? fileURLToPath(new URL("../../../../shared/data/", import.meta.url));

/** One finished program. */
export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** Starts one of the package's programs, as npm installs it. */
export function start(
  name: "recordio" | "im2rec",
  args: readonly string[],
): { child: ChildProcess; done: Promise<Finished> } {
  const program = fileURLToPath(new URL(`../bin/${name}.cjs`, import.meta.url));
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout!.on("data", (data: Buffer) => out.push(data));
  child.stderr!.on("data", (data: Buffer) => err.push(data));
  const done = new Promise<Finished>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      resolve({
        code,
        signal,
        out: Buffer.concat(out).toString("latin1"),
        err: Buffer.concat(err).toString(),
      });
    });
  });
  return { child, done };
}

/** Runs one of the package's programs to its end. */
export async function run(name: "recordio" | "im2rec", ...args: string[]): Promise<Finished> {
  return await start(name, args).done;
}

/** Draws `count` JPEGs into `folder`/c0 ... c4; no two are alike. */
export async function drawImages(folder: string, count: number, width = 64, height = 48): Promise<void> {
  for (let i = 0; i < count; i++) {
    const path = join(folder, `c${i % 5}`);
    if (i < 5) await mkdir(path, { recursive: true });
    const pixels = Buffer.alloc(width * height * 3);
    for (let at = 0; at < pixels.length; at++) pixels[at] = (at * (i + 3) + (at >> 5) * i) & 255;
    await writeFile(
      join(path, `${i}.jpg`),
      await sharp(pixels, { raw: { width, height, channels: 3 } })
        .jpeg()
        .toBuffer(),
    );
  }
}

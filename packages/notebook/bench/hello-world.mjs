// Times "hello world" from the command line, our runner and `jupyter nbconvert --execute` on stock tslab in turn:
//   node bench/hello-world.mjs [PATH_OF_JUPYTER_NBCONVERT] [ROUNDS]
// Prints the wall seconds of each and the ratio of the least ones.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const [nbconvert = "jupyter-nbconvert", rounds = "5"] = process.argv.slice(2);
const root = fileURLToPath(new URL("..", import.meta.url));
const tslab = join(dirname(createRequire(import.meta.url).resolve("tslab/package.json")), "bin", "tslab");
const scratch = mkdtempSync(join(tmpdir(), "sightline-bench-"));

// Stock tslab, installed by hand with absolute paths; it finds no @types/node by itself under pnpm.
mkdirSync(join(scratch, "kernels", "tslab"), { recursive: true });
const argv = [process.execPath, realpathSync(tslab), "kernel", "--config-path", "{connection_file}"];
writeFileSync(
  join(scratch, "kernels", "tslab", "kernel.json"),
  JSON.stringify({ argv, display_name: "tslab", language: "typescript" }),
);
const cell = {
  cell_type: "code",
  id: "a",
  metadata: {},
  source: "console.log('hello world')",
  outputs: [],
  execution_count: null,
};
const notebook = join(root, ".bench-hello.ipynb");
const metadata = { kernelspec: { name: "tslab", display_name: "tslab", language: "typescript" } };
writeFileSync(notebook, JSON.stringify({ cells: [cell], metadata, nbformat: 4, nbformat_minor: 5 }));

const commands = {
  nbconvert: [nbconvert, "--to", "notebook", "--execute", notebook, "--output-dir", scratch],
  ours: [
    process.execPath,
    join(root, "bin/sightline-notebook.js"),
    "run",
    notebook,
    join(scratch, "ours.ipynb"),
  ],
};
const best = {};
try {
  for (let round = 0; round < Number(rounds); round++) {
    for (const [name, [program, ...args]] of Object.entries(commands)) {
      const started = performance.now();
      const { status, stderr, error } = spawnSync(program, args, {
        env: { ...process.env, JUPYTER_PATH: scratch },
        encoding: "utf8",
      });
      const wall = (performance.now() - started) / 1_000;
      if (status !== 0) throw error ?? new Error(`${name} failed:\n${stderr}`);
      console.log(`${name.padEnd(9)} ${wall.toFixed(2)} s`);
      best[name] = Math.min(best[name] ?? Number.POSITIVE_INFINITY, wall);
    }
  }
} finally {
  rmSync(notebook);
  rmSync(scratch, { recursive: true });
}
console.log(`least: nbconvert ${best.nbconvert.toFixed(2)} s, ours ${best.ours.toFixed(2)} s`);
console.log(`ours is ${(best.nbconvert / best.ours).toFixed(2)} times as fast`);

// Times the cells of a notebook of twenty small ones in several kernels, in turn:
//   node bench/cells.mjs [ROUNDS] [PYTHON_WITH_IPYKERNEL] [DENO]
// Prints, for each kernel, the least median milliseconds of cells 2 to 20 and of the whole run, start and end included.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runNotebook } from "../dist/index.js";

const [rounds = "3", python, deno] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const tslab = join(dirname(realpathSync(require.resolve("tslab/package.json"))), "bin", "tslab");
const scratch = mkdtempSync(join(tmpdir(), "sightline-bench-"));
// Stock tslab finds no @types/node by itself under pnpm.
mkdirSync(join(scratch, "node_modules"));
symlinkSync(
  dirname(dirname(require.resolve("@types/node/package.json"))),
  join(scratch, "node_modules", "@types"),
);

const kernels = {
  sightline: undefined,
  tslab: [process.execPath, tslab, "kernel", "--config-path", "{connection_file}"],
};
if (python !== undefined) kernels.ipykernel = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"];
if (deno !== undefined) kernels.deno = [deno, "jupyter", "--kernel", "--conn", "{connection_file}"];
for (const [name, argv] of Object.entries(kernels)) {
  const language = name === "ipykernel" ? "python" : "typescript";
  if (argv !== undefined) {
    mkdirSync(join(scratch, "kernels", name), { recursive: true });
    writeFileSync(
      join(scratch, "kernels", name, "kernel.json"),
      JSON.stringify({ argv, display_name: name, language }),
    );
  }
  const cells = Array.from({ length: 20 }, (_, at) => ({
    cell_type: "code",
    id: `c${at}`,
    metadata: {},
    source:
      language === "python" ? `v${at} = ${at}\nprint(v${at})` : `let v${at} = ${at};\nconsole.log(v${at});`,
    outputs: [],
    execution_count: null,
  }));
  const metadata = { kernelspec: { name, display_name: name, language } };
  writeFileSync(
    join(scratch, `${name}.ipynb`),
    JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }),
  );
}
process.env.JUPYTER_PATH = scratch;
const best = {};
try {
  for (let round = 0; round < Number(rounds); round++) {
    for (const name of Object.keys(kernels)) {
      const result = await runNotebook(join(scratch, `${name}.ipynb`), { kernel: name });
      if (result.failure !== undefined) throw new Error(`${name}: ${result.failure.error.evalue}`);
      const later = result.cells
        .slice(1)
        .map(({ seconds }) => seconds * 1_000)
        .sort((a, b) => a - b);
      const seen = { cells: later[9], run: result.seconds * 1_000 };
      best[name] ??= seen;
      for (const key of ["cells", "run"]) best[name][key] = Math.min(best[name][key], seen[key]);
    }
  }
} finally {
  rmSync(scratch, { recursive: true });
}
for (const [name, { cells, run }] of Object.entries(best))
  console.log(
    `${name.padEnd(10)} cells 2 to 20: ${cells.toFixed(1)} ms, the run: ${(run / 1_000).toFixed(2)} s`,
  );

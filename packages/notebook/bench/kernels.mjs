// Our kernel and its peers, as kernel specs in a folder of their own, for ours and for Jupyter's clients alike. Where the
// peers are tells the environment; one that is not named is left out:
//   BENCH_PYTHON  a Python with ipykernel, nbconvert and papermill (they are started as its modules)
//   BENCH_DENO    a Deno
// Stock tslab is this package's development dependency.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const { BENCH_PYTHON: python, BENCH_DENO: deno } = process.env;
const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL("..", import.meta.url));
const packageFolder = (name) => dirname(realpathSync(require.resolve(`${name}/package.json`)));

const kernel = [process.execPath, "--no-force-async-hooks-checks", join(root, "dist", "kernel.cjs")];
const specs = {
  sightline: [...kernel, "--config-path", "{connection_file}"],
  tslab: [
    process.execPath,
    join(packageFolder("tslab"), "bin", "tslab"),
    "kernel",
    "--config-path",
    "{connection_file}",
  ],
  ...(deno && { deno: [deno, "jupyter", "--kernel", "--conn", "{connection_file}"] }),
  ...(python && { ipykernel: [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"] }),
};

/** Names of the kernels. */
export const kernels = Object.keys(specs);

/** The folder of all notebooks; removed at the end. */
export const folder = mkdtempSync(join(tmpdir(), "sightline-bench-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

const languageOf = (name) => (name === "ipykernel" ? "python" : "typescript");
for (const [name, argv] of Object.entries(specs)) {
  mkdirSync(join(folder, "kernels", name), { recursive: true });
  const spec = { argv, display_name: name, language: languageOf(name) };
  writeFileSync(join(folder, "kernels", name, "kernel.json"), JSON.stringify(spec));
}
// Stock tslab finds no @types/node by itself under pnpm.
mkdirSync(join(folder, "node_modules"));
symlinkSync(dirname(packageFolder("@types/node")), join(folder, "node_modules", "@types"));
process.env.JUPYTER_PATH = folder;

/** Writes a notebook for a kernel; `sources` are its cells in each language. Returns its path. */
export function writeNotebook(name, title, sources) {
  const cells = sources[languageOf(name)].map((source, at) => ({
    cell_type: "code",
    id: `c${at}`,
    metadata: {},
    source,
    outputs: [],
    execution_count: null,
  }));
  const metadata = { kernelspec: { name, display_name: name, language: languageOf(name) } };
  const path = join(folder, `${title}-${name}.ipynb`);
  writeFileSync(path, JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }));
  return path;
}

/** Commands that run a notebook headlessly, by client: ours and Jupyter's two. */
export const clients = {
  runner: (path, output) => [
    process.execPath,
    join(root, "bin", "sightline-notebook.js"),
    "run",
    path,
    output,
  ],
  ...(python && {
    nbconvert: (path, output) => [
      ...[python, "-m", "nbconvert", "--to", "notebook", "--execute", path],
      ...["--output-dir", dirname(output), "--output", output],
    ],
    papermill: (path, output) => [python, "-m", "papermill", "--no-progress-bar", path, output],
  }),
};

/** Runs a command to its end, which is waited for no longer than `limitMs`; its wall seconds. Rejects with what it said. */
export async function timed([program, ...args], limitMs = 60_000) {
  const started = performance.now();
  const child = spawn(program, args, { cwd: folder, detached: true, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    said += text;
  });
  const watchdog = setTimeout(() => process.kill(-child.pid, "SIGKILL"), limitMs);
  const [status, signal] = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (...end) => resolve(end));
  });
  clearTimeout(watchdog);
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status ?? signal}:\n${said}`);
  return (performance.now() - started) / 1_000;
}

/** The middle of some numbers, the lower of two. */
export const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)];

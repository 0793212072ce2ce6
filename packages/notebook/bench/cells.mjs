// Times cells 2 to 20 in kernels of one protocol, cell by cell, in turn:
//   node bench/cells.mjs [ROUNDS] [PYTHON_WITH_IPYKERNEL] [DENO]
// Prints the median milliseconds from request to idle of each kernel, and of a first cell from the start of its kernel.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const [rounds = "3", python, deno] = process.argv.slice(2);
const { KernelClient, findKernel } = await import("../dist/bench-client.mjs");
const require = createRequire(import.meta.url);
const tslab = join(dirname(require.resolve("tslab/package.json")), "bin", "tslab");
const own = { ...findKernel("sightline", true) };
const other = (name, argv) => ({ name, argv, ownKernel: false, interruptBy: "signal" });
const kernels = {
  ours: own,
  tslab: other("tslab", [
    process.execPath,
    realpathSync(tslab),
    "kernel",
    "--config-path",
    "{connection_file}",
  ]),
  ...(python === undefined
    ? {}
    : { ipykernel: other("ipykernel", [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]) }),
  ...(deno === undefined
    ? {}
    : { deno: other("deno", [deno, "jupyter", "--kernel", "--conn", "{connection_file}"]) }),
};
const script = (name, at) =>
  name === "ipykernel" ? `v${at} = ${at}\nprint(v${at})` : `let v${at} = ${at};\nconsole.log(v${at});`;
const folder = mkdtempSync(join(tmpdir(), "sightline-bench-"));
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "package.json"), "{}");
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const seen = {};
try {
  for (let round = 0; round < Number(rounds); round++) {
    for (const [name, command] of Object.entries(kernels)) {
      const started = performance.now();
      const kernel = await KernelClient.start(command, { cwd: folder });
      const times = [];
      for (let at = 1; at <= 20; at++) {
        const before = performance.now();
        const end = await kernel.execute(script(name, at), () => {});
        if (end.content?.status !== "ok") throw new Error(`${name}: ${JSON.stringify(end)}`);
        times.push(performance.now() - (at === 1 ? started : before));
      }
      await kernel.close();
      seen[name] ??= { first: [], later: [] };
      seen[name].first.push(times[0]);
      seen[name].later.push(median(times.slice(1)));
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
for (const [name, { first, later }] of Object.entries(seen))
  console.log(
    `${name.padEnd(10)} first result ${median(first).toFixed(0)} ms, cells 2 to 20 ${median(later).toFixed(1)} ms`,
  );

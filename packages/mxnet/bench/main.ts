// Converted networks under ONNX Runtime against MXNet 1.9.1 on the CPU, one picture at a time, in one run.
//
//   SIGHTLINE_MXNET_PYTHON=venv/bin/python SIGHTLINE_MXNET_EXAMPLE=mxnet/example pnpm bench
//
// The first is a Python with `pip install mxnet==1.9.1 numpy==1.23.5`, the second the folder `example` of its sources.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { convertModel, readParams, readSymbol } from "@sightline/mxnet";
import { writeModel } from "@sightline/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";

const { SIGHTLINE_MXNET_PYTHON: python, SIGHTLINE_MXNET_EXAMPLE: example } = process.env;
/** Milliseconds of one picture: by the clock, and of all threads together. */
interface Timing {
  readonly ms: number;
  readonly cpuMs: number;
}
const THREADS = 2;
const RUNS = 8;

if (python === undefined || example === undefined) {
  console.error(
    "Set SIGHTLINE_MXNET_PYTHON and SIGHTLINE_MXNET_EXAMPLE; the head of this file says to what.",
  );
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), "mxnet-bench-"));
try {
  // Bundled into node_modules/.bench.
  const script = fileURLToPath(new URL("../../bench/make_nets.py", import.meta.url));
  execFileSync(python, [script, example, folder, String(THREADS)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const nets: Record<string, Timing & { side: number }> = JSON.parse(
    readFileSync(join(folder, "nets.json"), "utf8"),
  );
  console.log("network | conversion, s | MXNet, ms (CPU ms) | ONNX Runtime, ms (CPU ms) | CPU ratio");
  for (const [name, { side, ...theirs }] of Object.entries(nets)) {
    const started = performance.now();
    const symbol = readSymbol(readFileSync(join(folder, `${name}-symbol.json`), "utf8"));
    const params = readParams(readFileSync(join(folder, `${name}-0000.params`)));
    const bytes = writeModel(convertModel(symbol, params, { inputShape: [3, side, side] }));
    const seconds = (performance.now() - started) / 1000;
    const ours = await median(bytes, side);
    const show = ({ ms, cpuMs }: Timing) => `${ms.toFixed(0)} (${cpuMs.toFixed(0)})`;
    const ratio = (theirs.cpuMs / ours.cpuMs).toFixed(2);
    console.log(`${name} | ${seconds.toFixed(1)} | ${show(theirs)} | ${show(ours)} | ${ratio}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Milliseconds of one picture by the clock and of all threads' work, the medians of six runs behind two to warm up. */
async function median(bytes: Uint8Array, side: number): Promise<Timing> {
  const session = await InferenceSession.create(bytes, {
    intraOpNumThreads: THREADS,
    logSeverityLevel: 3,
    // As in the container: threads that spin while they wait are no work.
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  });
  const pixels = Float32Array.from({ length: 3 * side * side }, (_, at) => (at * 37) % 256);
  const runs: Timing[] = [];
  for (let run = 0; run < RUNS; run++) {
    const [start, used] = [performance.now(), process.cpuUsage()];
    await session.run({ data: new Tensor("float32", pixels, [1, 3, side, side]) });
    const { user, system } = process.cpuUsage(used);
    runs.push({ ms: performance.now() - start, cpuMs: (user + system) / 1000 });
  }
  await session.release();
  const middle = (of: (run: Timing) => number) =>
    runs
      .slice(2)
      .map(of)
      .sort((a, b) => a - b)[2]!;
  return { ms: middle(({ ms }) => ms), cpuMs: middle(({ cpuMs }) => cpuMs) };
}

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
  execFileSync(python, [script, example, folder, String(THREADS)], { stdio: ["ignore", "ignore", "ignore"] });
  const nets: Record<string, { side: number; mxnetMs: number }> = JSON.parse(
    readFileSync(join(folder, "nets.json"), "utf8"),
  );
  console.log("network | convert ms | MXNet ms | ONNX Runtime ms | ratio");
  for (const [name, { side, mxnetMs }] of Object.entries(nets)) {
    const started = performance.now();
    const symbol = readSymbol(readFileSync(join(folder, `${name}-symbol.json`), "utf8"));
    const params = readParams(readFileSync(join(folder, `${name}-0000.params`)));
    const bytes = writeModel(convertModel(symbol, params, { inputShape: [3, side, side] }));
    const convertMs = performance.now() - started;
    const ms = await median(bytes, side);
    const ratio = (mxnetMs / ms).toFixed(2);
    console.log(`${name} | ${convertMs.toFixed(0)} | ${mxnetMs.toFixed(0)} | ${ms.toFixed(0)} | ${ratio}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Milliseconds of one picture, the first two runs left out. */
async function median(bytes: Uint8Array, side: number): Promise<number> {
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: THREADS, logSeverityLevel: 3 });
  const pixels = Float32Array.from({ length: 3 * side * side }, (_, at) => (at * 37) % 256);
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    await session.run({ data: new Tensor("float32", pixels, [1, 3, side, side]) });
    times.push(performance.now() - start);
  }
  await session.release();
  return times.slice(2).sort((a, b) => a - b)[Math.floor((RUNS - 2) / 2)]!;
}

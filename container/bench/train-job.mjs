import { spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { packRecordIO } from "@sightline/recordio";

/** Real data, which lies outside the repository and is not ours to ship: `given`, SIGHTLINE_DATA, or shared/data beside it. */
export function dataFolder(given) {
  return (
    given ?? process.env.SIGHTLINE_DATA ?? fileURLToPath(new URL("../../../shared/data", import.meta.url))
  );
}

/** The backbone of real data. */
export function backboneIn(data) {
  return join(data, "models/squeezenet1.1_fp32_features.onnx");
}

/**
 * Lays a training job out below a folder of its own, hands its path and the number of pictures of each channel to `use`, and
 * removes it. `backbone` is an ONNX file with its preprocessing beside it; undefined trains on the filter bank.
 */
export async function withTrainJob({ parts, classes, backbone, hyperparameters }, use) {
  const root = await mkdtemp(join(tmpdir(), "sightline-bench-"));
  try {
    const counts = {};
    for (const name of ["train", "validation"]) {
      await mkdir(join(root, "input/data", name), { recursive: true });
      const output = join(root, "input/data", name, name);
      counts[name] = (await packRecordIO(parts[name], { output, passThrough: true })).report.records;
    }
    if (backbone) {
      await mkdir(join(root, "input/data/backbone"));
      for (const file of [backbone, backbone.replace(/\.onnx$/, ".preprocess.json")]) {
        await copyFile(file, join(root, "input/data/backbone", basename(file)));
      }
    }
    await mkdir(join(root, "input/config"));
    const told = {
      num_classes: String(classes.length),
      num_training_samples: String(counts.train),
      ...hyperparameters,
    };
    await writeFile(join(root, "input/config/hyperparameters.json"), JSON.stringify(told));
    return await use(root, counts);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Runs the built train below a folder and resolves with its log. `hear` gets each line as it comes, with its process id. */
export function runTrain(root, hear = () => {}) {
  const child = spawn(process.execPath, [fileURLToPath(new URL("../dist/train.js", import.meta.url))], {
    env: { ...process.env, SIGHTLINE_ML_ROOT: root },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let log = "";
  let heard = 0;
  child.stdout.setEncoding("utf8").on("data", (text) => {
    log += text;
    for (let end = log.indexOf("\n", heard); end >= 0; end = log.indexOf("\n", heard)) {
      hear(log.slice(heard, end), child.pid);
      heard = end + 1;
    }
  });
  return new Promise((resolve, reject) => {
    child.once("close", (code) =>
      code === 0 ? resolve(log) : reject(new Error(`train ended with ${code}:\n${log}`)),
    );
  });
}

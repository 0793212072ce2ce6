// Trains on real pictures with the built programs and prints accuracy and time.
//   node bench/accuracy.mjs [--data FOLDER] [--set hyperparameter=value]...
// The data lies outside the repository (SIGHTLINE_DATA, default ../shared/data beside it) and is not ours to ship.
import { spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { listImages, packRecordIO, splitList } from "@sightline/recordio";

const { values } = parseArgs({
  options: { data: { type: "string" }, set: { type: "string", multiple: true } },
});
const data =
  values.data ??
  process.env.SIGHTLINE_DATA ??
  fileURLToPath(new URL("../../../shared/data", import.meta.url));
const given = Object.fromEntries((values.set ?? []).map((pair) => pair.split("=")));
const HELD_OUT = ["p002", "p021", "p039", "p049", "p061", "p081"];

const drivers = join(data, "images/statefarm-80x60");
const rows = (await readFile(join(data, "seed-dsba/csv_files/driver_imgs_list.csv"), "utf8"))
  .trim()
  .split("\n")
  .slice(1);
const driverOf = new Map(rows.map((row) => row.split(",")).map(([driver, , image]) => [image, driver]));
const everyDriver = [...new Set(driverOf.values())];
const shares = { train: 0.8, validation: 0.2 };
const byDriver = {
  kind: "group",
  parts: shares,
  groupOf: ({ path }) => driverOf.get(basename(path)),
  assign: { validation: HELD_OUT, train: everyDriver.filter((driver) => !HELD_OUT.includes(driver)) },
};
const plans = [
  [
    "customvision-mit, 40 + 20 pictures",
    join(data, "images/customvision-mit"),
    { kind: "stratified", parts: { train: 2, validation: 1 } },
  ],
  ["drivers, random split", drivers, { kind: "random", parts: shares }],
  ["drivers, split by driver", drivers, byDriver],
];
const backbone = join(data, "models/squeezenet1.1_fp32_features.onnx");

for (const [name, folder, split] of plans) {
  const list = await listImages(folder);
  const parts = splitList(list, { ...split, seed: 1 });
  for (const model of [backbone, undefined]) {
    const result = await train(parts, list.classes, model);
    console.log(`${name}, ${model ? basename(model) : "filter bank"}: ${JSON.stringify(result)}`);
  }
}

async function train(parts, classes, model) {
  const root = await mkdtemp(join(tmpdir(), "sightline-bench-"));
  try {
    const counts = {};
    for (const name of ["train", "validation"]) {
      await mkdir(join(root, "input/data", name), { recursive: true });
      const output = join(root, "input/data", name, name);
      counts[name] = (await packRecordIO(parts[name], { output, passThrough: true })).report.records;
    }
    if (model) {
      await mkdir(join(root, "input/data/backbone"));
      for (const file of [model, model.replace(/\.onnx$/, ".preprocess.json")]) {
        await copyFile(file, join(root, "input/data/backbone", basename(file)));
      }
    }
    await mkdir(join(root, "input/config"));
    const hyperparameters = {
      num_classes: String(classes.length),
      num_training_samples: String(counts.train),
      ...given,
    };
    await writeFile(join(root, "input/config/hyperparameters.json"), JSON.stringify(hyperparameters));
    const started = performance.now();
    const log = await run(root);
    const seconds = (performance.now() - started) / 1000;
    const { training } = JSON.parse(await readFile(join(root, "model/manifest.json"), "utf8"));
    const last = [...log.matchAll(/Validation-accuracy=(\S+)/g)].at(-1)[1];
    return {
      train: counts.train,
      validation: counts.validation,
      accuracy: training.validationAccuracy,
      bestEpoch: training.bestEpoch,
      lastEpochAccuracy: Number(last),
      features: training.backbone.values,
      seconds: Number(seconds.toFixed(1)),
    };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function run(root) {
  const child = spawn(process.execPath, [fileURLToPath(new URL("../dist/train.js", import.meta.url))], {
    env: { ...process.env, SIGHTLINE_ML_ROOT: root },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let log = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    log += text;
  });
  return new Promise((resolve, reject) => {
    child.once("close", (code) =>
      code === 0 ? resolve(log) : reject(new Error(`train ended with ${code}:\n${log}`)),
    );
  });
}

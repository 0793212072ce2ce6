// Trains on real pictures with the built programs and prints accuracy and time.
//   node bench/accuracy.mjs [--data FOLDER] [--set hyperparameter=value]... [--only NAME]
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { listImages, splitList } from "@sightline/recordio";
import { backboneIn, dataFolder, runTrain, withTrainJob } from "./train-job.mjs";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    set: { type: "string", multiple: true },
    only: { type: "string", default: "" },
  },
});
const data = dataFolder(values.data);
const hyperparameters = Object.fromEntries((values.set ?? []).map((pair) => pair.split("=")));
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

for (const [name, folder, split] of plans.filter(([name]) => name.includes(values.only))) {
  const list = await listImages(folder);
  const parts = splitList(list, { ...split, seed: 1 });
  for (const backbone of [backboneIn(data), undefined]) {
    const job = { parts, classes: list.classes, backbone, hyperparameters };
    const result = await withTrainJob(job, train);
    console.log(`${name}, ${backbone ? basename(backbone) : "filter bank"}: ${JSON.stringify(result)}`);
  }
}

async function train(root, counts) {
  const started = performance.now();
  const log = await runTrain(root);
  const seconds = (performance.now() - started) / 1000;
  const { training } = JSON.parse(await readFile(join(root, "model/manifest.json"), "utf8"));
  const last = [...log.matchAll(/Validation-accuracy=(\S+)/g)].at(-1)[1];
  return {
    ...counts,
    accuracy: training.validationAccuracy,
    bestEpoch: training.bestEpoch,
    lastEpochAccuracy: Number(last),
    features: training.backbone.values,
    seconds: Number(seconds.toFixed(1)),
  };
}

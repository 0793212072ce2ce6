// How near training is to the limit that its frozen backbone sets: the CPU time a picture of the built train, and that of ONNX
// Runtime on a ready tensor, one process a core, in turn and several times: running the network as training runs it, without what
// no feature needs, and the backbone's file as it is. Prints JSON.
//   node bench/training.mjs [--data FOLDER] [--pictures 22424] [--rounds 3] [--set hyperparameter=value]...
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { listImages, splitList } from "@sightline/recordio";
import { family } from "./resident.mjs";
import { backboneIn, dataFolder, runTrain, withTrainJob } from "./train-job.mjs";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    pictures: { type: "string", default: "22424" },
    rounds: { type: "string", default: "3" },
    set: { type: "string", multiple: true },
  },
});
const data = dataFolder(values.data);
const pictures = Number(values.pictures);
const hyperparameters = Object.fromEntries((values.set ?? []).map((pair) => pair.split("=")));
/** Runs of the network in each process of a round. */
const BARE_RUNS = 400;

const list = await listImages(join(data, "images/statefarm-80x60"));
// There are fewer pictures here than in the whole set: each is taken as often as it needs.
const entries = Array.from({ length: pictures }, (_, index) => ({
  ...list.entries[index % list.entries.length],
  id: index,
}));
const parts = splitList(
  { ...list, entries },
  { kind: "random", parts: { train: 0.8, validation: 0.2 }, seed: 1 },
);

const report = await withTrainJob(
  { parts, classes: list.classes, backbone: backboneIn(data), hyperparameters },
  async (root) => {
    const rounds = [];
    for (let round = 0; round < Number(values.rounds); round++) {
      const { features, whole } = await train(root);
      const { input } = JSON.parse(readFileSync(join(root, "model/manifest.json"), "utf8"));
      const network = await bareMs(join(root, "model/model.onnx"), input);
      const file = await bareMs(backboneIn(data), input);
      const ofNetwork = { features: network / features, whole: network / whole };
      const ofFile = { features: file / features, whole: file / whole };
      rounds.push({ features, whole, network, file, ofNetwork, ofFile });
      console.error(JSON.stringify(rounds.at(-1)));
    }
    return rounds.sort((a, b) => a.whole - b.whole)[rounds.length >> 1];
  },
);
console.log(JSON.stringify({ pictures, medianRoundCpuMsAPicture: report }, undefined, 2));

/** CPU milliseconds a picture: until all features are there, and of the whole job, starting and stopping included. */
async function train(root) {
  let features = 0;
  const before = endedChildren();
  await runTrain(root, (line, pid) => {
    if (line.includes("Features of channel validation:")) features = cpuOf(pid);
  });
  return { features: (features * 1000) / pictures, whole: ((endedChildren() - before) * 1000) / pictures };
}

async function bareMs(model, { width, height }) {
  const script = fileURLToPath(new URL("bare-network.mjs", import.meta.url));
  const args = [model, width, height, BARE_RUNS].map(String);
  const children = Array.from({ length: availableParallelism() }, () => fork(script, args));
  const answers = await Promise.all(children.map((child) => once(child, "message")));
  return answers.reduce((sum, [ms]) => sum + ms, 0) / children.length;
}

/** CPU seconds of a living process, its children, and those that have ended. */
function cpuOf(pid) {
  return family(pid).reduce((sum, member) => sum + ticks(member, 11, 15) / 100, 0);
}

/** CPU seconds of all children of this process that have ended, and theirs. */
function endedChildren() {
  return ticks(process.pid, 13, 15) / 100;
}

/** Sum of fields of /proc/PID/stat behind the name: 11 and 12 are the process's own time, 13 and 14 its ended children's. */
function ticks(pid, from, to) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return fields.slice(from, to).reduce((sum, field) => sum + Number(field), 0);
}

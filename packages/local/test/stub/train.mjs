// A tiny training program that speaks the container contract, steered by its hyperparameters.
import { createHash } from "node:crypto";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const root = process.env.SIGHTLINE_ML_ROOT ?? "/opt/ml";
const read = (name) => JSON.parse(readFileSync(path.join(root, "input/config", name), "utf8"));
const hyperparameters = read("hyperparameters.json");
const resources = read("resourceconfig.json");
const channels = Object.fromEntries(
  Object.keys(read("inputdataconfig.json"))
    .filter((channel) => existsSync(path.join(root, "input/data", channel)))
    .map((channel) => {
      const folder = path.join(root, "input/data", channel);
      const files = readdirSync(folder, { recursive: true })
        .map(String)
        .filter((name) => statSync(path.join(folder, name)).isFile())
        .sort();
      return [
        channel,
        Object.fromEntries(files.map((name) => [name, readFileSync(path.join(folder, name), "utf8")])),
      ];
    }),
);
// Reads a pipe to its end, or its first bytes only.
async function readPipe(name) {
  const file = path.join(root, "input/data", name);
  while (!existsSync(file)) await sleep(10);
  const pieces = [];
  const stream = createReadStream(file);
  let size = 0;
  for await (const piece of stream) {
    pieces.push(piece);
    size += piece.length;
    if (hyperparameters.head !== undefined && size >= Number(hyperparameters.head)) break;
  }
  const data = Buffer.concat(pieces).subarray(0, Number(hyperparameters.head ?? size));
  return hyperparameters.digest === undefined
    ? data.toString("hex")
    : createHash("sha256").update(data).digest("hex");
}
const pipes = {};
for (const name of hyperparameters.pipes?.split(",") ?? []) pipes[name] = await readPipe(name);
const seen = {
  args: process.argv.slice(2),
  pipes,
  hyperparameters,
  channels,
  inputDataConfig: read("inputdataconfig.json"),
  resources,
  env: {
    job: process.env.TRAINING_JOB_NAME,
    extra: process.env.EXTRA,
    endpoint: process.env.AWS_ENDPOINT_URL,
  },
};
console.log("stub: training on", resources.current_host);
for (let epoch = 0; epoch < Number(hyperparameters.epochs ?? 1); epoch++) {
  console.log(`[11/22/2026 05:00:00 INFO 140] Epoch[${epoch}] Train-accuracy=${0.5 + epoch / 10}`);
  console.log(`[11/22/2026 05:00:00 INFO 140] Epoch[${epoch}] Validation-accuracy=${0.4 + epoch / 10}`);
}
if (hyperparameters.fail !== undefined) {
  writeFileSync(path.join(root, "output/failure"), hyperparameters.fail);
  process.exit(Number(hyperparameters.exit ?? 1));
}
if (hyperparameters.exit !== undefined) process.exit(Number(hyperparameters.exit));
const save = (note) => {
  mkdirSync(path.join(root, "model/deep"), { recursive: true });
  writeFileSync(
    path.join(root, "model", `${resources.current_host}.json`),
    JSON.stringify({ ...seen, note }),
  );
  writeFileSync(path.join(root, "model/deep/answer.txt"), hyperparameters.answer ?? "42");
};
const checkpoints = path.join(root, "checkpoints");
const found = readdirSync(checkpoints).sort();
if (found.length > 0) console.log("stub: resuming from", found.at(-1));
if (hyperparameters.checkpoint !== undefined)
  writeFileSync(path.join(checkpoints, hyperparameters.checkpoint), "weights");
const cache = process.env.SAGEMAKER_MANAGED_WARMPOOL_CACHE_DIRECTORY;
seen.cached = readdirSync(cache).sort();
if (hyperparameters.cache !== undefined) writeFileSync(path.join(cache, hyperparameters.cache), "kept");
if (hyperparameters.sleep !== undefined && (hyperparameters.once === undefined || found.length === 0)) {
  process.on("SIGTERM", () => {
    if (hyperparameters.stubborn !== undefined) {
      console.log("stub: SIGTERM, but staying");
      return;
    }
    save("stopped");
    process.exit(0);
  });
  console.log("stub: sleeping");
  await sleep(Number(hyperparameters.sleep) * 1000);
}
if (hyperparameters.output !== undefined)
  writeFileSync(path.join(root, "output/data/extra.txt"), hyperparameters.output);
save("done");

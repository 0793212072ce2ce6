// A training program whose objective is best at a learning rate of 0.01, and grows with the epochs. With `gate` it waits
// before each epoch until the file GATE is there; with `hangAfter` it stops working after that epoch.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const root = process.env.SIGHTLINE_ML_ROOT ?? "/opt/ml";
const given = JSON.parse(readFileSync(path.join(root, "input/config/hyperparameters.json"), "utf8"));
const {
  learning_rate: rate = "0.01",
  optimizer = "sgd",
  epochs = "3",
  gate,
  exit,
  hangFor,
  hangAfter,
} = given;
if (exit !== undefined) process.exit(Number(exit));
process.on("SIGTERM", () => process.exit(0));
const best = 1 - Math.abs(Math.log10(Number(rate)) + 2) / 4 - (optimizer === "sgd" ? 0.1 : 0);
for (let epoch = 1; epoch <= Number(epochs); epoch++) {
  while (gate !== undefined && !existsSync(gate)) await sleep(10);
  console.log(`epoch ${epoch}: objective=${(best * epoch) / Number(epochs)};`);
  // From here on it ends only when it is told to.
  if (hangAfter === String(epoch) && (hangFor ?? rate) === rate) for (;;) await sleep(1000);
}
mkdirSync(path.join(root, "model"), { recursive: true });
writeFileSync(path.join(root, "model/given.json"), JSON.stringify(given));

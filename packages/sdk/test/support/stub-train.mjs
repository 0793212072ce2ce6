// A training that goes on until it is stopped.
import { setTimeout as sleep } from "node:timers/promises";

process.on("SIGTERM", () => {
  console.log("stopping");
  process.exit(0);
});
for (let epoch = 0; ; epoch += 1) {
  console.log(`Epoch[${epoch}] Validation-accuracy=${1 - 1 / (epoch + 2)}`);
  await sleep(50);
}

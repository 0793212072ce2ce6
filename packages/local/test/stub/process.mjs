// A tiny processing program that speaks the container contract: joins its inputs, steered by arguments.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const root = process.env.SIGHTLINE_ML_ROOT ?? "/opt/ml";
const [what, value, file] = process.argv.slice(2);
const resources = JSON.parse(readFileSync(path.join(root, "config/resourceconfig.json"), "utf8"));
console.log("stub: processing on", resources.current_host, what ?? "");
if (what === "sleep") await sleep(Number(value) * 1000);
if (what === "fail") {
  writeFileSync(path.join(root, "output/message"), value);
  process.exit(4);
}
const input = path.join(root, "processing/input/pictures");
const names = readdirSync(input).sort();
const target = file ?? path.join(root, "processing/output/result/deep");
mkdirSync(target, { recursive: true });
writeFileSync(
  path.join(target, `${resources.current_host}.json`),
  JSON.stringify({ names, hosts: resources.hosts, extra: process.env.EXTRA, args: process.argv.slice(2) }),
);
writeFileSync(path.join(root, "output/message"), `${names.length} files`);
if (what === "linger") await sleep(Number(value) * 1000);

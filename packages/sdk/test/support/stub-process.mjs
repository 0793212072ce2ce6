// Writes the names of the files that this instance was given; FAIL ends it with a message.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = process.env.SIGHTLINE_ML_ROOT ?? "/opt/ml";
if (process.env.FAIL) {
  mkdirSync(join(root, "output"), { recursive: true });
  writeFileSync(join(root, "output", "message"), process.env.FAIL);
  console.error(process.env.FAIL);
  process.exit(3);
}
const { current_host: host } = JSON.parse(readFileSync(join(root, "config", "resourceconfig.json"), "utf8"));
const names = readdirSync(join(root, "processing", "input", "images")).sort();
const output = join(root, "processing", "output", "names");
mkdirSync(output, { recursive: true });
writeFileSync(join(output, `${host}.json`), JSON.stringify(names));
console.log(`${host} has ${names.length} files, args ${process.argv.slice(2).join(" ")}`);

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.mjs";

/** The folder of a version's `node`, from npm, installed below `scratch`. */
export async function nodeFolder(version, scratch) {
  const at = join(scratch, `node-from-npm-${version}`);
  mkdirSync(at, { recursive: true });
  const args = ["install", "--no-audit", "--no-fund", "--prefix", at, `node@${version}`];
  const { code, output } = await run("npm", args);
  if (code !== 0) throw new Error(output);
  return join(at, "node_modules", "node", "bin");
}

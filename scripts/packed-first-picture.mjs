// From `sightline init` in an empty folder to a classified picture, with the packed packages alone: what a stranger does
// first, by the scripts that init writes. Prints the seconds of each command.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, watch } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { run } from "./run.mjs";

/**
 * @param project folder into which the packages are installed
 * @returns what is wrong, or undefined
 */
export async function firstPicture(project) {
  const folder = join(project, "first");
  mkdirSync(folder);
  const bin = join(project, "node_modules", ".bin");
  const PATH = [bin, dirname(process.execPath), process.env.PATH].join(delimiter);
  let env = { ...process.env, PATH };
  const seconds = [];
  const step = async (name, command) => {
    const began = performance.now();
    const { code, output } = await run("/bin/sh", ["-c", command], { cwd: folder, env });
    seconds.push(`${name} ${((performance.now() - began) / 1000).toFixed(1)}`);
    if (code !== 0) throw new Error(`${command} ended with ${code}:\n${output}`);
    return output;
  };
  let local;
  try {
    await step("init", "sightline init");
    const { scripts } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const began = performance.now();
    local = await startLocal(folder, env, join(bin, "sightline"));
    seconds.push(`local ${((performance.now() - began) / 1000).toFixed(1)}`);
    env = { ...env, ...local.variables };
    for (const name of ["pack", "train", "deploy"]) await step(name, scripts[name]);
    const answer = await step("ask", scripts.ask);
    await step("delete", scripts.delete);
    console.log(`     seconds: ${seconds.join(", ")}`);
    return /^ {2}heart +\S+ +\d/m.test(answer) ? undefined : `no classes in the answer:\n${answer}`;
  } catch (error) {
    return error.message;
  } finally {
    local?.child.kill("SIGTERM");
    await local?.ended;
  }
}

/** Starts the local SageMaker on a free port, and waits until it has written its variables. */
async function startLocal(folder, env, program) {
  const file = join(folder, "local.env");
  const child = spawn(program, ["local", "--port", "0", "--write-env", "local.env"], {
    cwd: folder,
    env,
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const abort = new AbortController();
  void ended.then(() => abort.abort(new Error("sightline local ended before it was ready")));
  await new Promise((resolve, reject) => {
    const watcher = watch(folder, () => existsSync(file) && resolve(watcher.close()));
    if (existsSync(file)) resolve(watcher.close());
    abort.signal.addEventListener("abort", () => reject(abort.signal.reason));
  });
  // It appears by rename, so it is whole.
  const lines = readFileSync(file, "utf8").matchAll(/^export (\w+)=(.*)$/gm);
  return { child, ended, variables: Object.fromEntries([...lines].map(([, name, value]) => [name, value])) };
}

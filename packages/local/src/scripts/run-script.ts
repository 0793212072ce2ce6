/**
 * Runs a job's own script as SageMaker's framework images do: installs what it requires, starts it with the
 * hyperparameters as arguments, and says in `output/failure` why it failed.
 *
 * Arguments: the folder of the code, the script in it, and the script's arguments.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { environment } from "@sightline/contract/environment";
import { interpreterOf } from "./interpreter.js";

const [folder = "", script = "", ...args] = process.argv.slice(2);
/** Of what a script says before it fails, so much is told. */
const SAID_CHARACTERS = 700;

let stopped: NodeJS.Signals | undefined;
let running: ReturnType<typeof spawn> | undefined;
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    stopped = signal;
    running?.kill(signal);
  });
}

interface End {
  /** As a shell has it: 128 and the signal's number where a signal ended it. */
  readonly status: number;
  /** The end of what was said on stderr. */
  readonly said: string;
}

function run(command: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<End> {
  const [file = "", ...rest] = command;
  const child = spawn(file, rest, { cwd: folder, env, stdio: ["ignore", "inherit", "pipe"] });
  running = child;
  if (stopped !== undefined) child.kill(stopped);
  let said = "";
  child.stderr!.on("data", (piece: Buffer) => {
    process.stderr.write(piece);
    said = (said + piece.toString("utf8")).slice(-SAID_CHARACTERS);
  });
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ status: 127, said: `${file}: ${error.message}` }));
    child.once("close", (code, signal) => {
      running = undefined;
      // SIGTERM is 15; the number itself tells nobody anything that the log does not.
      resolve({ status: code ?? (signal === "SIGKILL" ? 137 : 143), said });
    });
  });
}

/** The names of the errors are those of SageMaker's training toolkit, which FailureReasons are searched for. */
async function fail(name: string, { status, said }: End, command: readonly string[]): Promise<never> {
  const output = path.join(process.env[environment.mlRoot] ?? "/opt/ml", "output");
  await mkdir(output, { recursive: true });
  const text = `${name}:\nExitCode ${status}\nErrorMessage "${said.trim()}"\nCommand "${command.join(" ")}"`;
  await writeFile(path.join(output, "failure"), text);
  process.exit(status === 0 ? 1 : status);
}

async function install(command: readonly string[]): Promise<void> {
  console.log(`Installing what ${script} requires: ${command.join(" ")}`);
  const end = await run(command);
  if (end.status !== 0) await fail("InstallRequirementsError", end, command);
}

async function main(): Promise<void> {
  const env = { ...process.env };
  const interpreter = interpreterOf(script);
  if (interpreter.language === "python" && existsSync(path.join(folder, "requirements.txt"))) {
    const pip = [
      ...interpreter.command,
      "-m",
      "pip",
      "install",
      "--disable-pip-version-check",
      "-r",
      "requirements.txt",
    ];
    // What this machine's Python has already needs no network.
    const { status } = await quietly([...pip, "--dry-run", "--no-index", "--quiet"]);
    if (status !== 0) {
      const packages = path.join(folder, ".packages");
      await install([...pip, "--quiet", "--target", packages]);
      env.PYTHONPATH = [packages, env.PYTHONPATH].filter(Boolean).join(path.delimiter);
    }
  }
  if (
    interpreter.language === "node" &&
    existsSync(path.join(folder, "package.json")) &&
    !existsSync(path.join(folder, "node_modules"))
  ) {
    await install(["npm", "install", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error"]);
  }
  const command = [...interpreter.command, script, ...args];
  console.log(`Invoking script with the following command:\n${command.join(" ")}`);
  const end = await run(command, env);
  if (end.status !== 0 && stopped === undefined) await fail("ExecuteUserScriptError", end, command);
  process.exit(end.status);
}

/** Runs what only asks: what it says is nobody's concern. */
function quietly([file = "", ...rest]: readonly string[]): Promise<{ readonly status: number }> {
  const child = spawn(file, rest, { cwd: folder, stdio: "ignore" });
  return new Promise((resolve) => {
    child.once("error", () => resolve({ status: 127 }));
    child.once("close", (code) => resolve({ status: code ?? 1 }));
  });
}

await main();

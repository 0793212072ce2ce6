import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { namedError } from "./named-error.js";
import { startChild } from "./supervised-child.js";

const KEPT_CHARACTERS = 4_000;
const GRACE_MS = 5_000;

/** A run of `cdk` that failed, with the last of what it said. */
export class CdkError extends namedError("CdkError", Error) {}

/** Where and how `cdk` runs. */
export interface CdkOptions {
  /** Folder of the app: where its cdk.json is, and whose dependency `aws-cdk` is. */
  readonly folder: string;
  /** Folder of the synthesised app. */
  readonly output: string;
  /** Variables besides those of this process. */
  readonly env: Readonly<Record<string, string>>;
  /** Told what it prints. */
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Runs the stock `cdk` command. @throws CdkError when it fails */
export async function runCdk(args: readonly string[], options: CdkOptions): Promise<void> {
  const { folder, output, env, say, signal } = options;
  signal.throwIfAborted();
  const cdk = createRequire(path.join(folder, "package.json")).resolve("aws-cdk/package.json");
  const bin = path.join(path.dirname(cdk), "bin", "cdk");
  let said = "";
  const child = startChild({
    // Without --no-notices it asks the network for news.
    command: [process.execPath, bin, ...args, "--no-notices", "--output", output],
    cwd: folder,
    env: { ...process.env, ...env, CI: "true", NO_COLOR: "1", CDK_DISABLE_CLI_TELEMETRY: "true" },
    stdio: ["ignore", "pipe", "pipe"],
    ownGroup: true,
  });
  for (const stream of [child.process.stdout, child.process.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-KEPT_CHARACTERS);
      say(text);
    });
  }
  const stop = () => void child.end(GRACE_MS);
  signal.addEventListener("abort", stop, { once: true });
  const { code, how } = await child.ended;
  signal.removeEventListener("abort", stop);
  signal.throwIfAborted();
  if (code !== 0) throw new CdkError(`cdk ${args[0]} ${how}.\n${said}`);
}

/** A file that does not say what a stack put out. */
export class OutputsError extends namedError("OutputsError", Error) {}

/** What answers for an account: a local SageMaker beside an emulator. */
export interface Answering {
  /** 12 digits. */
  readonly account: string;
  readonly region: string;
  /** The variables that lead there. */
  readonly env: Readonly<Record<string, string>>;
}

/** Which stack is deployed, and how. */
export interface DeployOptions extends Omit<CdkOptions, "output" | "env"> {
  readonly stack: string;
  /** Settings of the app, each `name=value`. */
  readonly context: readonly string[];
  /** Folder for what is synthesised and put out. */
  readonly work: string;
}

/**
 * Prepares an account for the AWS CDK and deploys an app in it. From here on this process and all that it starts find
 * their way there.
 *
 * @returns what the stack put out
 * @throws CdkError when either fails
 */
export async function deployStack<Outputs>(
  { account, region, env }: Answering,
  { stack, context, work, ...options }: DeployOptions,
): Promise<Outputs> {
  // The SDK, the AWS CDK and the stack's functions all find their way by these variables.
  Object.assign(process.env, env);
  const cdk = { ...options, env, output: path.join(work, "cdk.out") };
  await runCdk(["bootstrap", `aws://${account}/${region}`], cdk);
  const outputsFile = path.join(work, "outputs.json");
  const deploy = ["deploy", "--require-approval", "never", "--outputs-file", outputsFile];
  await runCdk([...deploy, ...context.flatMap((one) => ["-c", one])], cdk);
  return await readStackOutputs<Outputs>(outputsFile, stack);
}

/** Reads what `cdk deploy --outputs-file FILE` wrote of a stack. @throws OutputsError when the stack is not in it */
export async function readStackOutputs<Outputs>(file: string, stack: string): Promise<Outputs> {
  const text = await readFile(file, "utf8");
  let all: Record<string, Outputs | undefined>;
  try {
    all = JSON.parse(text);
  } catch (cause) {
    throw new OutputsError(`${file} is no JSON: name the file of \`cdk deploy --outputs-file\`.`, { cause });
  }
  const outputs = all[stack];
  if (outputs === undefined)
    throw new OutputsError(`${file} says nothing of the stack ${stack}: deploy it first.`);
  return outputs;
}

import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { namedError } from "@sightline/foundation/named-error";
import { startChild } from "@sightline/foundation/supervised-child";

/** The example's own folder, where cdk.json is. */
const FOLDER = fileURLToPath(new URL("..", import.meta.url));
const KEPT_CHARACTERS = 4_000;
const GRACE_MS = 5_000;

/** A run of `cdk` that failed, with the last of what it said. */
export class CdkError extends namedError("CdkError", Error) {}

/** Where and how `cdk` runs. */
export interface CdkOptions {
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
  const { output, env, say, signal } = options;
  signal.throwIfAborted();
  const bin = path.join(
    path.dirname(createRequire(import.meta.url).resolve("aws-cdk/package.json")),
    "bin",
    "cdk",
  );
  let said = "";
  const child = startChild({
    // Without --no-notices it asks the network for news.
    command: [process.execPath, bin, ...args, "--no-notices", "--output", output],
    cwd: FOLDER,
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

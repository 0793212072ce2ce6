import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../bin/sightline-local.js", import.meta.url));

/** Starts the command line on any free port; returns once it answers. */
export async function startCommandLine(stateDir: string, ...options: string[]) {
  const args = [cli, "start", "--port", "0", "--state", stateDir, "--json", ...options];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  const ended = once(child, "exit");
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const { url, region, env } = JSON.parse(line);
  const credentials = { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY };
  return {
    /** What every AWS client of this server is made with. */
    config: { endpoint: url as string, region: region as string, credentials, maxAttempts: 1 },
    ended,
    /** Sends a signal; wait for `ended`. */
    kill: (signal: "SIGKILL" | "SIGTERM") => child.kill(signal),
  };
}

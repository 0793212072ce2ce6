import { spawn } from "node:child_process";

/**
 * Runs a program to its end and gives its exit status with all that it printed; 127 when it cannot be started.
 * With `stdio: "inherit"` it prints for itself.
 */
export function run(command, args, { cwd, env = process.env, stdio = "pipe" } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", stdio, stdio] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk) => {
        output += chunk;
      });
    }
    child.on("error", (error) => resolve({ code: 127, output: String(error) }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

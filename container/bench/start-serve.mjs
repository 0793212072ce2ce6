import { spawn } from "node:child_process";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Starts serve on a model folder, on any port of loopback, and waits until it is ready. `env` says what is otherwise;
 * `hear` gets all it writes on stdout and stderr, and by default shows it on stderr. The folder it runs in goes with it.
 */
export async function startServe(model, env, hear = (text) => process.stderr.write(text)) {
  const root = await mkdtemp(join(tmpdir(), "sightline-bench-"));
  await symlink(resolve(model), join(root, "model"));
  const server = spawn(process.execPath, [fileURLToPath(new URL("../dist/serve.js", import.meta.url))], {
    env: {
      ...process.env,
      SIGHTLINE_ML_ROOT: root,
      SAGEMAKER_BIND_TO_PORT: "0",
      SIGHTLINE_BIND_ADDRESS: "127.0.0.1",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  /** Exit code, or the signal's name. */
  const ended = new Promise((done) => server.once("exit", (code, signal) => done(signal ?? code))).finally(
    () => rm(root, { recursive: true, force: true }),
  );
  const port = await new Promise((ready, failed) => {
    let text = "";
    for (const stream of [server.stdout, server.stderr]) {
      stream.setEncoding("utf8").on("data", (piece) => {
        hear(piece);
        if (text.length < 1e5) text += piece;
        if (/"message":"Ready"/.test(text)) ready(Number(/port (\d+)/.exec(text)[1]));
      });
    }
    void ended.then((code) => failed(new Error(`serve ended with ${code}:\n${text}`)), failed);
  });
  return { server, port, ended };
}

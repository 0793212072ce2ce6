import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const PEER = fileURLToPath(new URL("python-peer.py", import.meta.url));

/**
 * Starts Flask behind gunicorn on a model folder, with a worker for each core. `python` is of an environment that has
 * them, and numpy, Pillow and onnxruntime. Gives its port and `end`.
 */
export async function startFlask(python, model, workers) {
  const port = await freePort();
  const args = ["-m", "gunicorn", "-w", String(workers), "-b", `127.0.0.1:${port}`, "--chdir", dirname(PEER)];
  return await start(python, [...args, "--log-level", "error", "python-peer:create_app()"], model, port);
}

/**
 * Starts multi-model-server, of the same environment, on a model folder, with a worker for each core and its defaults
 * otherwise. It needs a Java of 8 or later on the path. Gives its port and `end`.
 */
export async function startMms(python, model, workers) {
  const folder = await mkdtemp(join(tmpdir(), "sightline-bench-"));
  try {
    const archive = join(folder, "peer");
    await mkdir(join(archive, "MAR-INF"), { recursive: true });
    await copyFile(PEER, join(archive, "python-peer.py"));
    const manifest = {
      runtime: "python",
      model: { modelName: "peer", handler: "python-peer:handle", modelVersion: "1" },
      modelServerVersion: "1.1",
      implementationVersion: "1.0",
      specificationVersion: "1.0",
    };
    await writeFile(join(archive, "MAR-INF/MANIFEST.json"), JSON.stringify(manifest));
    const port = await freePort();
    const config = {
      inference_address: `http://127.0.0.1:${port}`,
      management_address: `http://127.0.0.1:${await freePort()}`,
      default_workers_per_model: workers,
    };
    const lines = Object.entries(config).map(([name, value]) => `${name}=${value}\n`);
    await writeFile(join(folder, "config.properties"), lines.join(""));
    const args = [
      "--foreground",
      "--model-store",
      folder,
      "--models",
      "peer=peer",
      "--mms-config",
      "config.properties",
    ];
    const command = "from mms.model_server import start; start()";
    return await start(python, ["-c", command, ...args], model, port, folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Starts a server in a process group of its own and waits until it has answered a ping. */
async function start(command, args, model, port, folder) {
  const child = spawn(command, args, {
    detached: true,
    ...(folder && { cwd: folder }),
    env: { ...process.env, MODEL_FOLDER: resolve(model), ...(folder && { TMPDIR: folder, TEMP: folder }) },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const gone = new Promise((resolve) => child.once("exit", resolve));
  await once(child, "spawn");
  const kill = () => {
    try {
      // Killed alone, both leave their workers behind, and multi-model-server always.
      process.kill(-child.pid, "SIGKILL");
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
  };
  process.once("exit", kill);
  const end = async () => {
    process.off("exit", kill);
    kill();
    await gone;
    if (folder) await rm(folder, { recursive: true, force: true });
  };
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${port}/ping`).catch(() => undefined);
    if (response?.ok) return { port, end };
    if (child.exitCode !== null || child.signalCode !== null) {
      await end();
      throw new Error(`${command} ${args.join(" ")} ended with ${child.exitCode ?? child.signalCode}`);
    }
    await setTimeout(50);
  }
}

/** A free port below 32,767: multi-model-server takes no other. */
async function freePort() {
  for (;;) {
    const probe = createServer();
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const isFree = await new Promise((resolve) => {
      probe.once("error", () => resolve(false));
      probe.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
}

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { run } from "./command.js";

/** Longest time to install JupyterLab once, in milliseconds; tests skip when it does not do. */
const installMs = 300_000;

/** Kept between runs, outside of the repository: a virtual environment with JupyterLab. */
const cached = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "sightline", "jupyterlab");

/** Path of `jupyter-lab`: named by SIGHTLINE_JUPYTER_LAB, on PATH, kept from before, or installed from PyPI. */
export async function findJupyterLab(): Promise<string | undefined> {
  const named = process.env.SIGHTLINE_JUPYTER_LAB;
  if (named !== undefined) return named === "" ? undefined : named;
  const folders = [...(process.env.PATH ?? "").split(delimiter), join(cached, "bin")];
  const found = folders.map((folder) => join(folder, "jupyter-lab")).find((path) => existsSync(path));
  return found ?? (await installJupyterLab());
}

/** Chromium, or undefined. */
export function findChromium(): string | undefined {
  const names = [
    process.env.CHROMIUM_PATH,
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
  ];
  return names.find((path) => path !== undefined && existsSync(path));
}

/** Flags under which Chromium runs as root, without a GPU, and calls nobody. */
export const chromiumFlags =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync".split(
    " ",
  );

/** A running server. */
export interface JupyterLab {
  /** Address of a notebook in the served folder. */
  notebookUrl(name: string): string;
  /** Names of the notebooks whose kernel is ready and idle. */
  idleKernels(): Promise<string[]>;
  /** Ends the server, which ends its kernels. */
  close(): Promise<void>;
  readonly process: ChildProcess;
}

/** Starts JupyterLab on a folder, with this package's kernel installed for it alone. */
export async function startJupyterLab(program: string, folder: string): Promise<JupyterLab> {
  const data = mkdtempSync(join(tmpdir(), "sightline-jupyter-"));
  const env = {
    ...process.env,
    JUPYTER_DATA_DIR: join(data, "data"),
    JUPYTER_CONFIG_DIR: join(data, "config"),
    JUPYTER_RUNTIME_DIR: join(data, "runtime"),
    JUPYTERLAB_SETTINGS_DIR: join(data, "settings"),
    JUPYTERLAB_WORKSPACES_DIR: join(data, "workspaces"),
  };
  const installed = await run(["install"], { JUPYTER_DATA_DIR: env.JUPYTER_DATA_DIR });
  if (installed.status !== 0) throw new Error(`The kernel could not be installed: ${installed.stderr}`);
  const port = await freePort();
  const child = spawn(
    program,
    [
      "--no-browser",
      "--allow-root",
      "--ServerApp.ip=127.0.0.1",
      `--ServerApp.port=${port}`,
      "--ServerApp.port_retries=0",
      "--IdentityProvider.token=test",
      `--ServerApp.root_dir=${folder}`,
      "--LabApp.news_url=",
      "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ],
    { env, stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  child.stderr?.on("data", (chunk) => {
    said = (said + chunk).slice(-4_000);
  });
  const base = `http://127.0.0.1:${port}`;
  for (const end = Date.now() + 60_000; ; ) {
    const answer = await fetch(`${base}/api/kernelspecs?token=test`).catch(() => undefined);
    if (answer?.ok) break;
    if (child.exitCode !== null || Date.now() > end) throw new Error(`JupyterLab did not start:\n${said}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return {
    process: child,
    notebookUrl: (name) => `${base}/lab/tree/${name}?token=test&reset`,
    idleKernels: async () => {
      const answer = await fetch(`${base}/api/sessions?token=test`);
      const sessions = (await answer.json()) as { path: string; kernel: { execution_state: string } }[];
      return sessions.filter(({ kernel }) => kernel.execution_state === "idle").map(({ path }) => path);
    },
    close: async () => {
      const closed = new Promise((resolve) => child.once("close", resolve));
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGTERM");
        await closed;
      }
      rmSync(data, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function installJupyterLab(): Promise<string | undefined> {
  const program = join(cached, "bin", "jupyter-lab");
  try {
    mkdirSync(dirname(cached), { recursive: true });
    await promisify(execFile)("python3", ["-m", "venv", cached], { timeout: installMs });
    const packages = ["jupyterlab", "nbconvert", "ipykernel"];
    await promisify(execFile)(join(cached, "bin", "pip"), ["install", "-q", ...packages], {
      timeout: installMs,
    });
    return program;
  } catch (error) {
    // Half an environment must not be found by the next run.
    rmSync(cached, { recursive: true, force: true });
    process.stderr.write(`JupyterLab cannot be installed here: ${(error as Error).message.split("\n")[0]}\n`);
    return undefined;
  }
}

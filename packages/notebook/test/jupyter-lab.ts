import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { freePort } from "@sightline/foundation/free-port";
import { run } from "./command.js";

/** Where this repository's scripts and its developers keep a virtual environment with JupyterLab. */
const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
const environments = ["sightline-test-python", join("sightline", "jupyterlab")].map((name) =>
  join(cache, name),
);

/** Path of a program of JupyterLab's: in SIGHTLINE_JUPYTER_BIN, on PATH, or in a known environment. */
export function findJupyter(name: "jupyter-lab" | "jupyter-nbconvert"): string | undefined {
  const named = process.env.SIGHTLINE_JUPYTER_BIN;
  const folders = [
    ...(named === undefined ? [] : [named]),
    ...(process.env.PATH ?? "").split(delimiter),
    ...environments.map((folder) => join(folder, "bin")),
  ];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
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
export async function startJupyterLab(
  program: string,
  folder: string,
  extra: Readonly<Record<string, string>> = {},
): Promise<JupyterLab> {
  const data = mkdtempSync(join(tmpdir(), "sightline-jupyter-"));
  const env = {
    ...process.env,
    ...extra,
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
  for (const end = Date.now() + 150_000; ; ) {
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

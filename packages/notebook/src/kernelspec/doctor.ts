import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { packageVersion } from "../package-root.js";
import { KernelClient } from "../wire/kernel-client.js";
import { findKernel, ownKernelName } from "./find.js";
import { kernelFolders } from "./jupyter-paths.js";

/** One thing that was looked at. */
export interface Finding {
  /** What was looked at. */
  readonly check: string;
  /** `warning`: something optional is missing. */
  readonly status: "ok" | "warning" | "failed";
  /** What was found. */
  readonly detail: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** Looks at everything that the kernel and the runner need; `cwd` is the folder of the notebooks. */
export async function* diagnose(cwd: string): AsyncGenerator<Finding> {
  yield checkNode();
  yield checkSpec();
  yield checkJupyter();
  yield* runCell(cwd);
}

function checkNode(): Finding {
  const [major, minor] = process.versions.node.split(".").map(Number) as [number, number];
  const fine = major > 20 || (major === 20 && minor >= 19);
  const detail = `Node.js ${process.version}, @sightline/notebook ${packageVersion()}`;
  const remedy = "Install Node.js 20.19 or later: notebooks import ES modules with require().";
  return fine
    ? { check: "Node.js", status: "ok", detail }
    : { check: "Node.js", status: "failed", detail, remedy };
}

function checkSpec(): Finding {
  const check = "Kernel spec";
  const folder = kernelFolders().find((path) => existsSync(join(path, ownKernelName, "kernel.json")));
  if (folder === undefined) {
    const detail = "not installed for Jupyter (headless runs do not need it)";
    return { check, status: "warning", detail, remedy: "sightline-notebook install" };
  }
  const file = join(folder, ownKernelName, "kernel.json");
  const { argv = [] } = JSON.parse(readFileSync(file, "utf8")) as { argv?: string[] };
  const missing = argv.slice(0, 3).find((part) => !part.startsWith("-") && !existsSync(part));
  if (missing === undefined) return { check, status: "ok", detail: file };
  return {
    check,
    status: "failed",
    detail: `${file} starts ${missing}, which is gone`,
    remedy: "sightline-notebook install",
  };
}

function checkJupyter(): Finding {
  const check = "Jupyter";
  const names = process.platform === "win32" ? ["jupyter.exe"] : ["jupyter"];
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
  if (found !== undefined) return { check, status: "ok", detail: found };
  const detail = "not on PATH (headless runs do not need it)";
  return { check, status: "warning", detail, remedy: "pip install jupyterlab" };
}

async function* runCell(cwd: string): AsyncGenerator<Finding> {
  const check = "A cell";
  const started = performance.now();
  let kernel: KernelClient | undefined;
  try {
    kernel = await KernelClient.start(findKernel(ownKernelName, true), { cwd });
    const ready = ((performance.now() - started) / 1_000).toFixed(1);
    let result = "";
    await kernel.execute("[1, 2, 3].map((n): number => n * n).join()", ({ header, content }) => {
      if (header.msg_type === "execute_result")
        result = String((content.data as Record<string, unknown>)["text/plain"]);
    });
    const detail = `kernel ready in ${ready} s, compiled and ran a cell: ${result}`;
    if (result === "1,4,9") yield { check, status: "ok", detail };
    else yield { check, status: "failed", detail, remedy: "npm install @sightline/notebook again" };
  } catch (error) {
    yield {
      check,
      status: "failed",
      detail: (error as Error).message,
      remedy: "npm install @sightline/notebook again",
    };
  } finally {
    await kernel?.close();
  }
}

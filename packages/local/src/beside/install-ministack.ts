import { execFile } from "node:child_process";
import { access, mkdir, rename, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { temporaryName } from "@sightline/foundation/temporary-name";
import { MiniStackError } from "../errors.js";

const run = promisify(execFile);
/** The release that was tried; another may behave otherwise. */
const RELEASE = "1.5.33";
/**
 * CDK's own handler of bucket notifications is a Python function that imports boto3; without cryptography no token of
 * Cognito is signed, and APIs refuse them all.
 */
const PACKAGES = [`ministack==${RELEASE}`, "boto3", "cryptography"];
/** A package index that does not answer must not hold the start for ever. */
const INSTALL_TIMEOUT_MS = 300_000;
const PYTHON = process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"];

/**
 * Path of a Python that can run MiniStack. The first time it is installed from PyPI into a folder of its own below
 * the user's cache, by uv where that is there, else by the `venv` and `pip` of python3.
 *
 * @throws MiniStackError with what to do about it
 */
export async function installMiniStack(
  say: (message: string) => void,
  signal?: AbortSignal,
): Promise<string> {
  // A folder that another release filled may lack one of them.
  const folder = path.join(cacheFolder(), PACKAGES.join("+").replace("==", "-"));
  const python = path.join(folder, ...PYTHON);
  if (await exists(python)) return python;
  say(`Installing MiniStack ${RELEASE} from PyPI into ${folder}, once.`);
  await mkdir(path.dirname(folder), { recursive: true });
  const unfinished = temporaryName(folder);
  try {
    await fill(unfinished, signal);
    // What another start has installed meanwhile is as good.
    await rename(unfinished, folder).catch(async (error: unknown) => {
      if (!(await exists(python))) throw error;
    });
    return python;
  } catch (cause) {
    signal?.throwIfAborted();
    const { stderr = "", message } = cause as Error & { stderr?: string };
    const why = stderr.trim().split("\n").at(-1) || message;
    throw new MiniStackError(
      `MiniStack could not be installed: ${why}. It needs uv, or python3 with venv and pip (Debian: apt-get install python3-venv), and a reachable PyPI; or start an emulator of your own and name it with --beside URL.`,
      { cause },
    );
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function fill(folder: string, signal: AbortSignal | undefined): Promise<void> {
  const options = { timeout: INSTALL_TIMEOUT_MS, ...(signal === undefined ? {} : { signal }) };
  const python = path.join(folder, ...PYTHON);
  const uv = await run("uv", ["--version"], options).catch(() => undefined);
  if (uv !== undefined) {
    await run("uv", ["venv", "--quiet", folder], options);
    await run("uv", ["pip", "install", "--quiet", "--python", python, ...PACKAGES], options);
    return;
  }
  await run("python3", ["-m", "venv", folder], options);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"];
  await run(python, [...pip, ...PACKAGES], options);
}

function cacheFolder(): string {
  return path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache"), "sightline");
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

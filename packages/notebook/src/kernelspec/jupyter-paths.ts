import { homedir } from "node:os";
import { join } from "node:path";

type Env = Readonly<Record<string, string | undefined>>;

/** Jupyter's data folder of this user, as `jupyter --data-dir` answers. */
export function userDataFolder(env: Env = process.env): string {
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR;
  if (process.platform === "darwin") return join(homedir(), "Library", "Jupyter");
  if (process.platform === "win32")
    return join(env.APPDATA ?? join(homedir(), "AppData", "Roaming"), "jupyter");
  return join(env.XDG_DATA_HOME || join(homedir(), ".local", "share"), "jupyter");
}

/** Folders that hold kernel specs, in Jupyter's order: JUPYTER_PATH, the user's, the environment's, the system's. */
export function kernelFolders(env: Env = process.env): string[] {
  const listed = (env.JUPYTER_PATH ?? "")
    .split(process.platform === "win32" ? ";" : ":")
    .filter((path) => path !== "");
  const environment = [env.VIRTUAL_ENV, env.CONDA_PREFIX].filter((path) => path !== undefined && path !== "");
  const system =
    process.platform === "win32"
      ? [join(env.PROGRAMDATA ?? "C:\\ProgramData", "jupyter")]
      : ["/usr/local/share/jupyter", "/usr/share/jupyter"];
  const data = [
    ...listed,
    userDataFolder(env),
    ...environment.map((path) => join(path!, "share", "jupyter")),
    ...system,
  ];
  return data.map((path) => join(path, "kernels"));
}

import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

/**
 * A folder for PATH with `python` and `pip`, which the framework images have and many machines do not: both are python3's.
 *
 * @param root a job's own folder
 */
export async function pythonNames(root: string): Promise<string> {
  const folder = path.join(root, ".bin");
  await mkdir(folder, { recursive: true });
  for (const [name, command] of [
    ["python", "python3"],
    ["pip", "python3 -m pip"],
  ]) {
    const file = path.join(folder, name!);
    await writeFile(file, `#!/bin/sh\nexec ${command} "$@"\n`);
    await chmod(file, 0o755);
  }
  return folder;
}

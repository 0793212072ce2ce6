import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";

/** A folder, new for every test of the file that imports it. */
export let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sl-sdk-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Writes files, by their paths, below `in`. Returns that folder. */
export async function write(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const root = join(folder, "in");
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(root, name, ".."), { recursive: true });
    await writeFile(join(root, name), content);
  }
  return root;
}

import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { uniqueSuffix } from "./unique-suffix.js";

/** Writes a small file beside its place and renames it, so that nobody sees half of it. */
export async function writeFileAtomically(path: string, data: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${uniqueSuffix()}.partial`;
  try {
    const file = await open(partial, "wx");
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

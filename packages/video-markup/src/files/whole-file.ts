import { startWholeFile as start, type WholeFile } from "@sightline/foundation/whole-file";
import { VideoMarkupError } from "../errors.js";

/**
 * Starts a file that gets its name when it is complete.
 *
 * @throws {VideoMarkupError} from here on, when it cannot be written
 */
export async function startWholeFile(path: string, flush = true): Promise<WholeFile> {
  const file = await explained(path, start(path, { flush }));
  return {
    temporaryPath: file.temporaryPath,
    write: (data) => explained(path, file.write(data)),
    commit: () => explained(path, file.commit()),
    discard: () => file.discard(),
  };
}

/** Writes text as it comes; the file has its name only when it is complete. Aborts with `signal.reason`. */
export async function writeWhole(
  chunks: AsyncIterable<string> | Iterable<string>,
  path: string,
  signal?: AbortSignal,
): Promise<void> {
  const file = await startWholeFile(path);
  try {
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      await file.write(chunk);
    }
    await file.commit();
  } finally {
    await file.discard();
  }
}

async function explained<Result>(path: string, step: Promise<Result>): Promise<Result> {
  try {
    return await step;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new VideoMarkupError(`${path} cannot be written: ${why}`, { cause });
  }
}

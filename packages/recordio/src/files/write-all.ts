import type { FileHandle } from "node:fs/promises";

/** Writes pieces behind each other from `start` on, in bytes of the file; all of them, or it throws. */
export async function writeAll(
  file: FileHandle,
  pieces: readonly Uint8Array[],
  start: number,
): Promise<void> {
  const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const { bytesWritten } = await file.writev(pieces as Uint8Array[], start);
  if (bytesWritten === total) return;
  // A short write: the disk is full, or a signal came. Go on one by one, which reports the reason.
  const rest = Buffer.concat(pieces).subarray(bytesWritten);
  for (let at = 0; at < rest.length; ) {
    const written = await file.write(rest, at, rest.length - at, start + bytesWritten + at);
    at += written.bytesWritten;
  }
}

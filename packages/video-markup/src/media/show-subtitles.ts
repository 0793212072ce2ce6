import { open } from "node:fs/promises";
import { listBoxes, within } from "./fragment-file.js";

/** `track_enabled` of a track header (ISO/IEC 14496-12, 8.3.2): shown without being asked for. */
const enabled = 1;

/**
 * Sets which subtitle tracks of an MP4 or MOV file are shown without being asked for. ffmpeg's muxer enables the first
 * of each kind when no other is.
 *
 * @param defaults one for each subtitle track, in order
 */
export async function showSubtitles(path: string, defaults: readonly boolean[]): Promise<void> {
  if (defaults.length === 0) return;
  const moov = (await listBoxes(path)).find(({ type }) => type === "moov");
  if (!moov) return;
  const file = await open(path, "r+");
  try {
    const bytes = Buffer.alloc(moov.byteLength);
    await file.read(bytes, 0, bytes.length, moov.byteOffset);
    const tracks = [...within(bytes.subarray(8), "trak")].filter(isSubtitle);
    for (const [n, track] of tracks.slice(0, defaults.length).entries()) {
      const [header] = within(track, "tkhd");
      // A version, then three bytes of flags.
      if (header) header[3] = defaults[n] ? header[3]! | enabled : header[3]! & ~enabled;
    }
    await file.write(bytes, 0, bytes.length, moov.byteOffset);
  } finally {
    await file.close();
  }
}

/** By its handler: `sbtl` in MP4; `text` in MOV, where a track of chapters has it too and stands behind. */
function isSubtitle(track: Buffer): boolean {
  const [media] = within(track, "mdia");
  const [handler] = media ? within(media, "hdlr") : [];
  return ["sbtl", "text"].includes(handler?.toString("latin1", 8, 12) ?? "");
}

import { chown } from "node:fs/promises";
import { environment } from "@sightline/contract/environment";

/** A number that every user has on every system. */
const MAX_USER = 65_535;
/** What an ffmpeg of another user needs to know; credentials are for the user that started it. */
const HANDED_ON = ["PATH", "LD_LIBRARY_PATH", "TMPDIR", "LANG"];

/**
 * The user, and group, that ffmpeg becomes: SIGHTLINE_FFMPEG_USER where this process is root, else undefined, for its own.
 * ffmpeg takes videos of strangers apart, and a fault in one of its hundreds of decoders shall find nothing of root's.
 *
 * @throws RangeError when the variable is no user's number
 */
export function ffmpegUser(): number | undefined {
  const given = process.env[environment.ffmpegUser];
  if (!given || process.getuid?.() !== 0) return undefined;
  const user = Number(given);
  if (Number.isInteger(user) && user >= 1 && user <= MAX_USER) return user;
  throw new RangeError(
    `${environment.ffmpegUser} is "${given}"; it must be a user's number from 1 to ${MAX_USER}.`,
  );
}

/** The environment of an ffmpeg. */
export function ffmpegEnvironment(user: number | undefined): NodeJS.ProcessEnv {
  if (user === undefined) return process.env;
  return Object.fromEntries(HANDED_ON.map((name) => [name, process.env[name]]));
}

/** Lets ffmpeg write into a folder, or over a file, of this job. */
export async function openToFfmpeg(path: string): Promise<void> {
  const user = ffmpegUser();
  if (user !== undefined) await chown(path, user, user);
}

import { execFile } from "node:child_process";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { environment } from "@sightline/contract/environment";
import { findFfmpeg } from "@sightline/video-markup";
import { decoderUser } from "../shared/drop-privileges.js";
import { messageOf } from "../shared/errors.js";
import type { Log } from "./log.js";

/** Milliseconds that the trial may take. */
const TRIAL_MS = 30_000;

/**
 * Lets the ffmpegs that take callers' videos apart be the user that the decoding processes become. Whether that user can run
 * ffmpeg and write below the temporary folder is tried: capabilities, mounts and modes all have a say.
 *
 * @returns the user, undefined where ffmpeg stays who this process is
 * @throws ModelError when the variable is no user's number
 */
export async function chooseFfmpegUser(log: Log): Promise<number | undefined> {
  const user = decoderUser();
  if (user === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "sightline-user-"));
  try {
    const { path } = await findFfmpeg();
    await chown(folder, user, user);
    const draw = ["-v", "error", "-nostdin", "-f", "lavfi", "-i", "color=s=16x16:d=0.04:r=25"];
    await promisify(execFile)(path, [...draw, "-f", "rawvideo", join(folder, "frame")], {
      uid: user,
      gid: user,
      timeout: TRIAL_MS,
    });
  } catch (error) {
    log(`ffmpeg stays the user of this process, as user ${user} cannot run it: ${messageOf(error)}`);
    return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  // Read by the processes that start ffmpeg.
  process.env[environment.ffmpegUser] = String(user);
  return user;
}

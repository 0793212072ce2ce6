import { promisify } from "node:util";
import Ffmpeg from "fluent-ffmpeg";
import { FfmpegError } from "../errors.js";
import { type EncodingOptions, encoderOf } from "./encoding-options.js";
import { findFfmpeg } from "./find-ffmpeg.js";

/**
 * Makes sure that the ffmpeg in use can code a video: what it was built with differs.
 *
 * @throws {FfmpegError} when it has no encoder for the codec
 */
export async function checkEncoder({ codec }: EncodingOptions = {}): Promise<void> {
  const encoder = encoderOf(codec);
  const { path, version, source } = await findFfmpeg();
  const command = Ffmpeg();
  // fluent-ffmpeg reads FFMPEG_PATH itself, and keeps a path that it is given for all its users in this process.
  if (source !== "FFMPEG_PATH") command.setFfmpegPath(path);
  const list = promisify<Ffmpeg.Encoders>((done) => command.availableEncoders(done));
  const encoders = await list().catch((cause: Error) => {
    throw new FfmpegError(`${path} does not tell its encoders: ${cause.message}`, { cause });
  });
  if (Object.hasOwn(encoders, encoder)) return;
  throw new FfmpegError(
    `ffmpeg ${version} (${path}) has no encoder ${encoder}; choose another codec, or install an ffmpeg that has it`,
  );
}

import { containerOf } from "./container.js";
import { checkEncoder } from "./encoders.js";
import { defaultCodec, type EncodingOptions } from "./encoding-options.js";

/**
 * Makes sure, before any work, that a video can be coded, and that the file it is to be can hold it.
 *
 * @throws {RangeError} when the container cannot be, or cannot hold the codec
 * @throws {FfmpegError} when ffmpeg has no encoder for the codec
 */
export async function checkVideoOutput(output: string, encoding: EncodingOptions = {}): Promise<void> {
  containerOf(output, encoding.codec ?? defaultCodec);
  await checkEncoder(encoding);
}

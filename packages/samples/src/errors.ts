/** Thrown when a sample cannot be drawn: the place is taken, or ffmpeg is missing or fails. */
export class SampleError extends Error {
  override readonly name = "SampleError";
}

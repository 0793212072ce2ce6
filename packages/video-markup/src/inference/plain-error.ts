import { DetectorLayoutError } from "../detectors/layout-error.js";
import {
  FfmpegError,
  ProviderUnavailableError,
  UnreadableVideoError,
  UnusableModelError,
  VideoMarkupError,
} from "../errors.js";
import type { PlainError } from "./host-protocol.js";

/** Turns an error into plain data for the parent process. */
export function toPlainError(error: unknown): PlainError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    ...(error instanceof FfmpegError && { exitCode: error.exitCode, stderrTail: error.stderrTail }),
    ...(error instanceof UnreadableVideoError && { subject: error.input }),
    ...(error instanceof UnusableModelError && { subject: error.model }),
    ...(error instanceof DetectorLayoutError && { layout: { seen: error.seen, known: error.known } }),
  };
}

/** Makes an error of the same class again. */
export function fromPlainError(plain: PlainError): Error {
  const { name, message, subject = "", exitCode = null, stderrTail = "" } = plain;
  const { layout = { seen: "", known: [] } } = plain;
  const error = (() => {
    switch (name) {
      case "FfmpegError":
        return new FfmpegError(message, { exitCode, stderrTail });
      case "UnreadableVideoError":
        return new UnreadableVideoError(subject, message);
      case "UnusableModelError":
        return new UnusableModelError(subject, message);
      case "ProviderUnavailableError":
        return new ProviderUnavailableError(message);
      case "DetectorLayoutError":
        return new DetectorLayoutError(message, layout);
      case "RangeError":
        return new RangeError(message);
      case "TypeError":
        return new TypeError(message);
      default:
        return new VideoMarkupError(message);
    }
  })();
  if (plain.stack) error.stack = plain.stack;
  return error;
}

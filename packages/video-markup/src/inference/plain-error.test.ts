import { expect, it } from "vitest";
import { DetectorLayoutError } from "../detectors/layout-error.js";
import {
  FfmpegError,
  ProviderUnavailableError,
  UnreadableVideoError,
  UnusableModelError,
  VideoMarkupError,
} from "../errors.js";
import { fromPlainError, toPlainError } from "./plain-error.js";

const errors = [
  new FfmpegError("ffmpeg ended", { exitCode: 3, stderrTail: "no space" }),
  new UnreadableVideoError("road.mp4", "no video"),
  new UnusableModelError("m.onnx", "no model"),
  new ProviderUnavailableError("no cuda"),
  new DetectorLayoutError("unknown", { seen: "output0 [1, 7]", known: ["yolov8"] }),
  new VideoMarkupError("else"),
  new RangeError("out of it"),
  new TypeError("of another kind"),
];

it.each(errors)("a host's $name reaches the caller with its class, message and fields", (error) => {
  const arrived = fromPlainError(JSON.parse(JSON.stringify(toPlainError(error))));
  expect(arrived).toBeInstanceOf(error.constructor);
  expect({ ...arrived, message: arrived.message, stack: arrived.stack }).toEqual({
    ...error,
    message: error.message,
    stack: error.stack,
  });
});

import { expect, it } from "vitest";
import { DetectorLayoutError } from "../detectors/layout-error.js";
import * as ours from "../errors.js";
import { fromPlainError, toPlainError } from "./plain-error.js";

const errors = [
  new ours.FfmpegError("ffmpeg ended", { exitCode: 3, stderrTail: "no space" }),
  new ours.UnreadableVideoError("road.mp4", "no video"),
  new ours.UnusableModelError("m.onnx", "no model"),
  new ours.ProviderUnavailableError("no cuda"),
  new DetectorLayoutError("unknown", { seen: "output0 [1, 7]", known: ["yolov8"] }),
  new ours.VideoMarkupError("else"),
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

// What callers' compilers see of this package: checked by the types stage, on the sources and so on what is published.
import type { Readable, Writable } from "node:stream";
import { expectTypeOf, it } from "vitest";
import type {
  Detection,
  DetectOptions,
  FrameDetections,
  LongWork,
  MarkUpOptions,
  MarkUpProgress,
  MarkUpResult,
  markUpStream,
  markUpVideo,
  readRecords,
  renderVideo,
  Xyxy,
} from "./index.js";

it("marking up is awaited for its result and iterated for events that `kind` tells apart", () => {
  expectTypeOf<ReturnType<typeof markUpVideo>>().toEqualTypeOf<LongWork<MarkUpProgress, MarkUpResult>>();
  expectTypeOf<MarkUpProgress["kind"]>().toExtend<string>();
  expectTypeOf<Extract<MarkUpProgress, { kind: "probed" }>>().not.toBeNever();
});

it("a model is needed to detect, and none to draw", () => {
  expectTypeOf<Record<never, never>>().not.toExtend<DetectOptions>();
  expectTypeOf<{ model: string }>().toExtend<MarkUpOptions>();
  type Drawing = NonNullable<Parameters<typeof renderVideo>[3]>;
  expectTypeOf<Extract<keyof Drawing, "model">>().toBeNever();
});

it("streams and files are taken in and given out", () => {
  expectTypeOf<Parameters<typeof markUpStream>[0]>().toEqualTypeOf<string | Readable>();
  expectTypeOf<Parameters<typeof markUpStream>[1]>().toEqualTypeOf<string | Writable>();
});

it("detections are read one frame at a time, and cannot be changed", () => {
  expectTypeOf<ReturnType<typeof readRecords>>().toExtend<AsyncIterable<FrameDetections>>();
  expectTypeOf<Detection["xyxy"]>().toEqualTypeOf<Xyxy>();
  expectTypeOf<Xyxy>().toEqualTypeOf<readonly [x1: number, y1: number, x2: number, y2: number]>();
});

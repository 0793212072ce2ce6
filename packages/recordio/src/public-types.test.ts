// What callers' compilers see of this package: checked by the types stage, on the sources and so on what is published.
import { expectTypeOf, it } from "vitest";
import type {
  decodeDetectionLabel,
  encodeImagePayload,
  ImageList,
  ImageRecord,
  LongWork,
  PackEvent,
  PackOptions,
  PackResult,
  packRecordIO,
  preflight,
  readRecords,
  splitList,
} from "./index.js";

type Packing = ReturnType<typeof packRecordIO>;

it("packing is awaited for its result and iterated for events that `kind` tells apart", () => {
  expectTypeOf<Packing>().toEqualTypeOf<LongWork<PackEvent, PackResult>>();
  expectTypeOf<Awaited<Packing>>().toEqualTypeOf<PackResult>();
  expectTypeOf<PackEvent["kind"]>().toEqualTypeOf<"progress" | "resumed" | "problem">();
  expectTypeOf<Extract<PackEvent, { kind: "resumed" }>["records"]>().toBeNumber();
});

it("a policy and a task that do not exist are refused", () => {
  expectTypeOf<PackOptions["onError"]>().toEqualTypeOf<"fail" | "skip" | "placeholder" | undefined>();
  expectTypeOf<{ output: string; onError: "ignore" }>().not.toExtend<PackOptions>();
  expectTypeOf<{ task: "segmentation" }>().not.toExtend<Parameters<typeof preflight>[1]>();
});

it("the parts of a split keep their names", () => {
  const split = (list: ImageList, splitter: typeof splitList) =>
    splitter(list, { kind: "random", parts: { train: 0.8, validation: 0.2 } });
  expectTypeOf<ReturnType<typeof split>>().toEqualTypeOf<
    Readonly<Record<"train" | "validation", ImageList>>
  >();
});

it("bytes are plain Uint8Arrays, which every compiler since 5.0 reads alike", () => {
  expectTypeOf<ImageRecord["image"]>().toEqualTypeOf<Uint8Array>();
  expectTypeOf<ReturnType<typeof encodeImagePayload>>().toEqualTypeOf<Uint8Array>();
});

it("records come one by one, and cannot be changed", () => {
  expectTypeOf<ReturnType<typeof readRecords>>().toExtend<AsyncIterable<ImageRecord>>();
  expectTypeOf<ImageRecord["labels"]>().toEqualTypeOf<readonly number[]>();
  type Box = ReturnType<typeof decodeDetectionLabel>["objects"][number]["xyxy"];
  expectTypeOf<Box>().toEqualTypeOf<readonly [left: number, top: number, right: number, bottom: number]>();
});

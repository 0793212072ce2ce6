// What callers' compilers see of this package: checked by the types stage, on the sources and so on what is published.
import { expectTypeOf, it } from "vitest";
import type {
  Latency,
  LoadEvent,
  LoadOptions,
  LoadResult,
  LoadStep,
  LoadTarget,
  LongWork,
  runLoadTest,
} from "./index.js";

it("a test is awaited for its result and iterated for its seconds and steps", () => {
  expectTypeOf<ReturnType<typeof runLoadTest>>().toEqualTypeOf<LongWork<LoadEvent, LoadResult>>();
  expectTypeOf<LoadEvent["kind"]>().toEqualTypeOf<"step" | "second">();
});

it("a step has users or a rate, a target an endpoint or a URL", () => {
  expectTypeOf<{ users: number; seconds: number }>().toExtend<LoadStep>();
  expectTypeOf<{ ratePerSecond: number; seconds: number }>().toExtend<LoadStep>();
  expectTypeOf<{ seconds: number }>().not.toExtend<LoadStep>();
  expectTypeOf<{ url: string }>().toExtend<LoadTarget>();
  expectTypeOf<{ method: "GET" }>().not.toExtend<LoadTarget>();
  expectTypeOf<LoadOptions["steps"]>().toEqualTypeOf<readonly LoadStep[]>();
});

it("latencies are milliseconds by percentile", () => {
  expectTypeOf<Latency["percentiles"]>().toEqualTypeOf<Readonly<Record<string, number>>>();
});

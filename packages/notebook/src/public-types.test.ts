// What callers' compilers see of this package: checked by the types stage, on the sources and so on what is published.
import { expectTypeOf, it } from "vitest";
import type {
  followJob,
  JobOutcome,
  LongWork,
  RunEvent,
  RunOptions,
  RunResult,
  runNotebook,
  runNotebooks,
} from "./index.js";

it("a run is awaited for its result and iterated for events that `kind` tells apart", () => {
  expectTypeOf<ReturnType<typeof runNotebook>>().toEqualTypeOf<LongWork<RunEvent, RunResult>>();
  expectTypeOf<Awaited<ReturnType<typeof runNotebooks>>>().toEqualTypeOf<JobOutcome[]>();
  expectTypeOf<Extract<RunEvent, { kind: "cell-end" }>["result"]["seconds"]>().toBeNumber();
});

it("only a run that ended otherwise than well has a failure to look at", () => {
  expectTypeOf<RunResult["status"]>().toEqualTypeOf<"ok" | "failed" | "timed-out" | "interrupted">();
  expectTypeOf<undefined>().toExtend<RunResult["failure"]>();
});

it("a parameter is what JSON has", () => {
  expectTypeOf<{ parameters: { n: 1; list: string[]; on: true } }>().toExtend<RunOptions>();
  expectTypeOf<{ parameters: { when: Date } }>().not.toExtend<RunOptions>();
});

it("a job that is followed gives what the job gives", () => {
  const follow = (work: Parameters<typeof followJob<{ model: string }>>[0], follower: typeof followJob) =>
    follower(work, { title: "Training" });
  expectTypeOf<Awaited<ReturnType<typeof follow>>>().toEqualTypeOf<{ model: string }>();
});

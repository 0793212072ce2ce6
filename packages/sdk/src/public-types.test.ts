// What callers' compilers see of this package: checked by the types stage, on the sources and so on what is published.
import { expectTypeOf, it } from "vitest";
import type {
  classifyImage,
  createSession,
  deployEndpoint,
  Endpoint,
  LongWork,
  ModelArtifact,
  Session,
  TrainingEvent,
  TrainingJob,
  TrainingResult,
  waitForTrainingJob,
} from "./index.js";

it("a wait is awaited for its result and iterated for events that `kind` tells apart", () => {
  expectTypeOf<ReturnType<typeof waitForTrainingJob>>().toEqualTypeOf<
    LongWork<TrainingEvent, TrainingResult>
  >();
  expectTypeOf<TrainingEvent["kind"]>().toEqualTypeOf<"status" | "log" | "metric" | "warning">();
  expectTypeOf<Extract<TrainingEvent, { kind: "status" }>["secondaryStatus"]>().toBeString();
});

it("a job, its model and an endpoint go from call to call as they are, or by name", () => {
  expectTypeOf<TrainingJob>().toExtend<Parameters<typeof waitForTrainingJob>[1]>();
  expectTypeOf<TrainingResult["model"]>().toEqualTypeOf<ModelArtifact>();
  expectTypeOf<ModelArtifact>().toExtend<Parameters<typeof deployEndpoint>[1]["model"]>();
  expectTypeOf<Awaited<ReturnType<typeof deployEndpoint>>>().toEqualTypeOf<Endpoint>();
  expectTypeOf<Endpoint | string>().toExtend<Parameters<typeof classifyImage>[1]>();
});

it("a session is made and handed on, never changed", () => {
  expectTypeOf<Awaited<ReturnType<typeof createSession>>>().toEqualTypeOf<Session>();
  expectTypeOf<Session["bucket"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf<Session["tags"]>().toEqualTypeOf<Readonly<Record<string, string>>>();
});

it("a picture's probabilities are numbers, whatever the endpoint's bytes were", () => {
  expectTypeOf<Parameters<typeof classifyImage>[2]>().toEqualTypeOf<Uint8Array>();
  expectTypeOf<Awaited<ReturnType<typeof classifyImage>>>().toEqualTypeOf<number[]>();
});

// Load tests

export type { LongWork } from "@sightline/foundation/long-work";
export type { LoadEvent, LoadOptions } from "./options.js";
export type { LoadStep, RateStep, UsersStep } from "./plan.js";
export { runLoadTest } from "./run-load-test.js";

// Targets

export { readBodies } from "./target/read-bodies.js";
export type { EndpointTarget, LoadBody, LoadTarget, UrlTarget } from "./target/target.js";

// Results

export type { Latency, LoadFigures } from "./measure/figures.js";
export type { Saturation } from "./measure/saturation.js";
export type {
  EndpointCourse,
  GeneratorFigures,
  LoadEnding,
  LoadResult,
  LoadSecond,
  SoFar,
  StepResult,
} from "./result.js";

// Errors

export { LoadError, TargetError } from "./errors.js";

import { TargetError } from "./errors.js";
import { checkSteps, type LoadStep } from "./plan.js";
import type { LoadSecond } from "./result.js";
import type { LoadTarget } from "./target/target.js";

/** How a target is loaded. */
export interface LoadOptions {
  /** Steps, one after another. */
  readonly steps: readonly LoadStep[];
  /** Least and greatest pause of a user between two requests, in seconds, evenly spread. Default `[0.1, 0.5]`. */
  readonly thinkSeconds?: readonly [least: number, most: number];
  /** Longest wait for an answer, in seconds, 0.1 to 3,600. Default 60, SageMaker's own limit. */
  readonly timeoutSeconds?: number;
  /** Ends the test when more of the last ten seconds' requests failed, as a share, 0 to 1. Default 0.1; 1 never ends it. */
  readonly maxErrorShare?: number;
  /** Most requests that are sent, 1 and more. Default: as many as the steps bring. */
  readonly maxRequests?: number;
  /** Threads that send, 1 to 64. Default: one less than this machine has processors, at most 4. */
  readonly workers?: number;
  /** Folder for the report: `report.html`, `result.json` and Locust's CSV files. Default: nothing is written. */
  readonly out?: string;
  /** Cancels; the report is still written. */
  readonly signal?: AbortSignal;
}

/** What happens during a load test. */
export type LoadEvent =
  | {
      readonly kind: "step";
      /** Which, from 0. */
      readonly index: number;
      /** What it asks for. */
      readonly step: LoadStep;
    }
  /** A second has ended. */
  | ({ readonly kind: "second" } & LoadSecond);

/** SageMaker's limit on a request's body. */
const MOST_PAYLOAD_BYTES = 6_291_456;

/** @throws {RangeError | TargetError} for what cannot be run */
export function checkOptions(target: LoadTarget, options: LoadOptions): void {
  checkSteps(options.steps);
  const [least, most] = options.thinkSeconds ?? [0, 0];
  if (!(least >= 0 && most >= least && most <= 3600)) {
    throw new RangeError(`thinkSeconds is least and most, from 0 to 3600 seconds, not ${least} and ${most}.`);
  }
  within("timeoutSeconds", options.timeoutSeconds, 0.1, 3600);
  within("maxErrorShare", options.maxErrorShare, 0, 1);
  within("maxRequests", options.maxRequests, 1, Number.MAX_SAFE_INTEGER, true);
  within("workers", options.workers, 1, 64, true);
  if (!("endpointName" in target)) return;
  if (target.bodies.length === 0) throw new TargetError("An endpoint needs at least one body to be sent.");
  const large = target.bodies.find(({ data }) => data.length > MOST_PAYLOAD_BYTES);
  if (large !== undefined) {
    throw new TargetError(
      `A body has ${large.data.length} bytes; an endpoint takes up to ${MOST_PAYLOAD_BYTES}. Make the pictures smaller.`,
    );
  }
}

function within(name: string, value: number | undefined, min: number, max: number, whole = false): void {
  if (value === undefined || (value >= min && value <= max && (!whole || Number.isInteger(value)))) return;
  throw new RangeError(`${name} is a ${whole ? "whole " : ""}number from ${min} to ${max}, not ${value}.`);
}

import type { LoadFigures } from "./measure/figures.js";
import type { Saturation } from "./measure/saturation.js";
import type { LoadStep } from "./plan.js";

/** All that was counted until a moment. Times are in milliseconds. */
export interface SoFar {
  /** Requests that ended. */
  readonly requests: number;
  /** Those that failed. */
  readonly failures: number;
  /** Median latency. */
  readonly medianMs: number;
  /** Average latency. */
  readonly meanMs: number;
  /** Least latency. */
  readonly minMs: number;
  /** Greatest latency. */
  readonly maxMs: number;
  /** Average size of an answer, in bytes. */
  readonly averageBytes: number;
}

/** One second of a test. */
export interface LoadSecond extends LoadFigures {
  /** Seconds since the start, from 0. */
  readonly second: number;
  /** Users that were in at its end; 0 in steps of a rate. */
  readonly users: number;
  /** Index of the step that lasted, from 0. */
  readonly step: number;
  /** From the start to the end of this second. */
  readonly soFar: SoFar;
}

/** A step's figures. */
export interface StepResult extends LoadFigures {
  /** What was asked for. */
  readonly asked: LoadStep;
  /** How long it really lasted, in seconds: less where the test was stopped. */
  readonly seconds: number;
  /** Right answers that came while the step lasted, per second: what the target bears. */
  readonly answeredPerSecond: number;
  /** Average number of instances meanwhile; undefined where nobody told. */
  readonly instances: number | undefined;
}

/** How the generator itself did: one that is out of breath measures itself. */
export interface GeneratorFigures {
  /** Threads that sent. */
  readonly workers: number;
  /** CPU time of this process while the test ran, in seconds. */
  readonly cpuSeconds: number;
  /** Requests per second of that time. */
  readonly requestsPerCpuSecond: number;
  /** Requests begun more than 2 ms late, as a share, 0 to 1. Their delay is part of their latency. */
  readonly lateShare: number;
  /** The worst delay, in milliseconds. */
  readonly worstLateMs: number;
}

/** What an endpoint told about itself. */
export interface EndpointCourse {
  /** Its name. */
  readonly endpointName: string;
  /** Instances in service, as `[seconds since the start, count]`. */
  readonly instances: readonly (readonly [second: number, count: number])[];
  /** CloudWatch's InvocationsPerInstance, as `[seconds since the start, sum of that minute]`. */
  readonly invocationsPerInstance: readonly (readonly [second: number, perMinute: number])[];
}

/** Why a test ended: at its end, at the greatest number of requests, since too many failed, or cancelled. */
export type LoadEnding = "done" | "max-requests" | "error-rate" | "aborted";

/** What a load test found. */
export interface LoadResult {
  /** What was loaded: method and path. */
  readonly target: {
    /** For example `POST`. */
    readonly method: string;
    /** Path without query. */
    readonly name: string;
    /** Scheme, host and port. */
    readonly origin: string;
  };
  /** When the first step began, ISO 8601. */
  readonly startedAt: string;
  /** How long it lasted, the last answers included, in seconds. */
  readonly seconds: number;
  /** Why it ended. */
  readonly ending: LoadEnding;
  /** All requests together. */
  readonly total: LoadFigures;
  /** Step by step; those that were not begun are missing. */
  readonly steps: readonly StepResult[];
  /** Failures by their message, most frequent first. */
  readonly failures: readonly {
    /** `HTTP 503`, `ECONNREFUSED`, `no answer within 60000 ms`. */
    readonly error: string;
    /** How many. */
    readonly count: number;
  }[];
  /** Second by second. */
  readonly history: readonly LoadSecond[];
  /** What one instance bears, and the scaling target that follows. */
  readonly saturation: Saturation;
  /** How the generator did. */
  readonly generator: GeneratorFigures;
  /** The endpoint's own figures; undefined when none was watched. */
  readonly endpoint: EndpointCourse | undefined;
  /** What a reader should know before believing the figures. */
  readonly notes: readonly string[];
}

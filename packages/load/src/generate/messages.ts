import type { Tally } from "../measure/tally.js";
import type { LoadStep } from "../plan.js";
import type { PreparedRequest } from "../target/target.js";

/** What a generator is started with. */
export interface GeneratorData {
  readonly origin: string;
  readonly requests: readonly PreparedRequest[];
  readonly steps: readonly LoadStep[];
  /** Least and greatest pause of a user between two requests, in milliseconds. */
  readonly thinkMs: readonly [number, number];
  readonly timeoutMs: number;
  /** Which of how many generators this is, from 0. */
  readonly index: number;
  readonly count: number;
  /** Requests that all generators together may still begin; one 64-bit integer that they share. */
  readonly left: BigInt64Array;
}

/** What a generator is told. */
export type ToGenerator =
  | { readonly kind: "go"; readonly startsAt: number }
  | { readonly kind: "requests"; readonly requests: readonly PreparedRequest[] }
  /** End now; what is under way is dropped and not counted. */
  | { readonly kind: "stop" };

/** What a generator tells: what ended in a second, by the step in which it began. */
export type FromGenerator =
  | { readonly kind: "ready" }
  | {
      readonly kind: "second";
      readonly second: number;
      readonly users: number;
      readonly byStep: readonly (readonly [number, Tally])[];
    }
  | { readonly kind: "ended" };

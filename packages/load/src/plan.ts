/** A step of users: each sends a request, waits for the answer, thinks, and sends the next. */
export interface UsersStep {
  /** Users at a time, 1 to 100,000. */
  readonly users: number;
  /** How long the step lasts, in seconds. */
  readonly seconds: number;
}

/** A step of a constant rate: requests begin when they are due, however long the answers take. */
export interface RateStep {
  /** Requests begun per second, above 0, up to 100,000. */
  readonly ratePerSecond: number;
  /** How long the step lasts, in seconds. */
  readonly seconds: number;
}

/** A step of a load test: users (closed model) or a rate (open model). */
export type LoadStep = UsersStep | RateStep;

/** Most users or requests a second that a step may ask for: beyond it a zero too many is likelier than a wish. */
const MOST = 100_000;
/** Longest test, in seconds: a day. */
const LONGEST = 86_400;

/** @throws {RangeError} for steps that cannot be run */
export function checkSteps(steps: readonly LoadStep[]): void {
  if (steps.length === 0) throw new RangeError("A load test needs at least one step.");
  for (const [index, step] of steps.entries()) {
    const [what, value] = "users" in step ? ["users", step.users] : ["ratePerSecond", step.ratePerSecond];
    const right = value > 0 && value <= MOST && (what !== "users" || Number.isInteger(value));
    if (!right) throw new RangeError(`steps[${index}].${what} is above 0, up to ${MOST}, not ${value}.`);
    if (!(step.seconds > 0)) throw new RangeError(`steps[${index}].seconds is above 0, not ${step.seconds}.`);
  }
  if (totalSeconds(steps) > LONGEST) {
    throw new RangeError(`The steps last ${totalSeconds(steps)} s; a test lasts up to ${LONGEST} s (a day).`);
  }
}

/** How long all steps last, in seconds. */
export function totalSeconds(steps: readonly LoadStep[]): number {
  return steps.reduce((sum, { seconds }) => sum + seconds, 0);
}

/** What a step asks for, in words: `400 users`, `50 requests/s`. */
export function describeStep(step: LoadStep): string {
  return "users" in step ? `${step.users} users` : `${step.ratePerSecond} requests/s`;
}

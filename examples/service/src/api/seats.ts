import { Refusal } from "./refusal.js";

/** How many pieces of work of a kind may be under way at once. */
export interface Seats {
  /** Seats that are taken now. */
  readonly taken: number;
  /** Takes a seat for the work. @throws Refusal 503 when none is free: nothing waits in memory */
  hold<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** Makes `count` seats. @param what what the seats are for, in the plural */
export function makeSeats(count: number, what: string): Seats {
  let taken = 0;
  return {
    get taken() {
      return taken;
    },
    async hold(work) {
      if (taken >= count) {
        throw new Refusal(503, `The service is at work on as many ${what} as it can (${count}).`, true);
      }
      taken += 1;
      try {
        return await work();
      } finally {
        taken -= 1;
      }
    },
  };
}

import { AsyncLocalStorage } from "node:async_hooks";
import type { Message } from "../../wire/message.js";

/** One run of a cell. */
export interface Execution {
  /** The request that it answers: the parent of all that it puts out. */
  readonly request: Message;
  readonly source: string;
  /** Its number in front ends. */
  readonly count: number;
  /** Value of its last expression, once there is one. */
  value: unknown;
}

/** Which cell the code that runs now belongs to, also behind an await, in a timer, and after the cell has ended. */
export const executions = new AsyncLocalStorage<Execution>();

import { sharedNow } from "../measure/clock.js";
import type { Workload } from "./workload.js";

/** Lets users in until there are `wanted`, or marks those that are too many to leave after their request. */
export class Users {
  readonly #load: Workload;
  #wanted = 0;

  constructor(load: Workload) {
    this.#load = load;
  }

  want(users: number): void {
    this.#wanted = users;
    while (this.#load.users < users && !this.#load.spent) this.#enter();
  }

  #enter(): void {
    const load = this.#load;
    const connection = load.connect();
    load.users += 1;
    const isLeaving = () => {
      if (load.users <= this.#wanted && !load.spent) return false;
      load.users -= 1;
      load.disconnect(connection);
      return true;
    };
    const think = () => {
      if (isLeaving()) return;
      const [least, most] = load.data.thinkMs;
      const pause = least + Math.random() * (most - least);
      const due = sharedNow() + pause;
      const send = () => {
        if (!isLeaving()) load.send(connection, due, think);
      };
      if (pause > 0) setTimeout(send, pause);
      // A stack of its own: users without a pause would else never let the thread go.
      else setImmediate(send);
    };
    // They come in the middle of their first thought, so that they do not all speak at once.
    think();
  }
}

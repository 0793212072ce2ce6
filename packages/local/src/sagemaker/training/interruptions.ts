/** Tag by which whoever likes has a managed spot job interrupted: its value does not matter. */
export const INTERRUPT_TAG = "sightline:interrupt";

/** Takes the instances of managed spot jobs away, when somebody asks for it. */
export class Interruptions {
  readonly #running = new Map<string, AbortController>();

  /** A job's instances are there: the signal is aborted when they are to be taken away. */
  begin(jobName: string): AbortSignal {
    const controller = new AbortController();
    this.#running.set(jobName, controller);
    return controller.signal;
  }

  /** A job's instances are gone. */
  end(jobName: string): void {
    this.#running.delete(jobName);
  }

  /** Takes a job's instances away. False when it has none now. */
  interrupt(jobName: string): boolean {
    const controller = this.#running.get(jobName);
    controller?.abort();
    return controller !== undefined;
  }
}

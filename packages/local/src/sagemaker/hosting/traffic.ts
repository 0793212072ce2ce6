import type { Deployment } from "./deployment.js";
import { Share } from "./share.js";

/** Which deployments answer an endpoint's requests: one, or two while an update shifts the traffic. */
export class Traffic {
  #live: Deployment;
  #candidate: Deployment | undefined;
  #share = 0;
  #turns = new Share();

  constructor(live: Deployment) {
    this.#live = live;
  }

  /** The deployment that is in service. */
  get live(): Deployment {
    return this.#live;
  }

  /** All deployments that may have requests under way. */
  get deployments(): readonly Deployment[] {
    return this.#candidate === undefined ? [this.#live] : [this.#live, this.#candidate];
  }

  /** Gives a new deployment a share of the requests, from 0 to 1. */
  shift(candidate: Deployment, share: number): void {
    this.#candidate = candidate;
    this.#share = share;
    this.#turns = new Share();
  }

  /** Gives all requests back to the deployment in service. */
  shiftBack(): void {
    this.#candidate = undefined;
  }

  /** Puts a deployment into service; returns the one that was. */
  take(next: Deployment): Deployment {
    const former = this.#live;
    this.#live = next;
    this.#candidate = undefined;
    return former;
  }

  /** The deployment for the next request. */
  next(): Deployment {
    if (this.#candidate === undefined) return this.#live;
    return this.#turns.takes(this.#share) ? this.#candidate : this.#live;
  }
}

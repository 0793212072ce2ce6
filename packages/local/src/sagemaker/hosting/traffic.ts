import type { Deployment } from "./deployment.js";

/** Which deployments answer an endpoint's requests: one, or two while an update shifts the traffic. */
export class Traffic {
  #live: Deployment;
  #candidate: Deployment | undefined;
  #share = 0;
  #turns = 0;

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
    this.#turns = 0;
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

  /** The deployment for the next request. The shares are kept exactly, not by chance. */
  next(): Deployment {
    if (this.#candidate === undefined) return this.#live;
    const before = Math.floor(this.#turns * this.#share);
    this.#turns++;
    return Math.floor(this.#turns * this.#share) > before ? this.#candidate : this.#live;
  }
}

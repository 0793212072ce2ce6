import { JobInputError } from "./errors.js";
import { isRecord } from "./read-json.js";

/** Which part of the work is this host's. */
export interface Cluster {
  /** From 0, in the order of the sorted host names: equal on every host. */
  readonly index: number;
  readonly count: number;
  /** The sorted names; each resolves to its host in the job's network. */
  readonly hosts: readonly string[];
}

/**
 * Reads what `resourceconfig.json` says of the hosts.
 *
 * @throws JobInputError when it does not name this host among them
 */
export function clusterOf(resources: unknown): Cluster {
  const names: unknown[] = isRecord(resources) && Array.isArray(resources.hosts) ? resources.hosts : [];
  const hosts = names.filter((name) => typeof name === "string").sort();
  const index = isRecord(resources) ? hosts.indexOf(resources.current_host as string) : -1;
  if (index < 0) {
    throw new JobInputError(
      `resourceconfig.json must hold "current_host" and "hosts" with that name, not ${JSON.stringify(resources)}.`,
    );
  }
  return { index, count: hosts.length, hosts };
}

import { createHash } from "node:crypto";
import { environment } from "@sightline/contract/environment";
import type { Cluster } from "../shared/cluster.js";
import { JobInputError } from "../shared/errors.js";
import { type FeatureServer, startFeatureServer } from "./feature-server.js";
import type { FeatureSet } from "./feature-set.js";
import { sendFailure, sendFeatures } from "./send-features.js";
import type { LogLine } from "./training-log.js";

/** How the hosts of a job share the pictures of its channels out. */
export interface SharedFeatures {
  /** Whether a picture is run on this host. */
  isMine(index: number): boolean;
  /** Aborted with the reason when another host has failed. */
  readonly failed?: AbortSignal;
  /**
   * Completes what this host found of a channel by what the others found; undefined on the hosts that only give.
   *
   * @throws JobInputError when the hosts do not have the same channel
   */
  complete(channel: string, own: FeatureSet): Promise<FeatureSet | undefined>;
  /** Tells the first host why this one ends. */
  fail(reason: string): Promise<void>;
  close(): Promise<void>;
}

/** Port of the first host, where `SIGHTLINE_TRAIN_LEADER` says nothing. */
const PORT = 7315;

/**
 * Shares pictures out over the hosts: each runs every so many of them, and gives the features to the first, which trains.
 * One host keeps all to itself.
 *
 * @param job what all hosts must have in common: hyperparameters, backbone
 */
export async function shareFeatures(
  cluster: Cluster,
  job: unknown,
  log: LogLine,
  signal: AbortSignal,
): Promise<SharedFeatures> {
  const { index: rank, count, hosts } = cluster;
  const isMine = (index: number): boolean => index % count === rank;
  const none = async (): Promise<void> => {};
  if (count === 1) return { isMine, complete: async (_, own) => own, fail: none, close: none };
  const token = createHash("sha256")
    .update(JSON.stringify([hosts, job, process.env.TRAINING_JOB_ARN ?? ""]))
    .digest("hex");
  const address = leaderAddress(hosts[0]!);
  if (rank > 0) {
    const link = { ...address, host: rank, token, signal };
    return {
      isMine,
      async complete(channel, own) {
        await sendFeatures(link, channel, own);
        log(`Features of channel ${channel}: given to ${hosts[0]}.`);
        return undefined;
      },
      fail: (reason) => sendFailure(link, reason),
      close: none,
    };
  }
  const server = await startFeatureServer({ port: address.port, token, hosts });
  log(`Features are shared out over ${count} instances; the others bring theirs to port ${address.port}.`);
  return {
    isMine,
    failed: server.failed,
    complete: (channel, own) => completeSet(server, channel, own, { count, signal }),
    fail: none,
    close: () => server.close(),
  };
}

function leaderAddress(first: string): { name: string; port: number } {
  const given = process.env[environment.trainLeader];
  if (given === undefined) return { name: first, port: PORT };
  const [, name, port] = /^(.+):(\d+)$/.exec(given) ?? [];
  if (name !== undefined && Number(port) >= 1 && Number(port) <= 65_535) return { name, port: Number(port) };
  throw new JobInputError(
    `${environment.trainLeader} must be an address and a port, such as algo-1:${PORT}, not "${given}".`,
  );
}

async function completeSet(
  server: FeatureServer,
  channel: string,
  own: FeatureSet,
  { count, signal }: { readonly count: number; readonly signal: AbortSignal },
): Promise<FeatureSet> {
  const others = await server.gather(channel, own, signal);
  const shares = [own.values, ...others];
  const size = own.width * own.views;
  const values = new Float32Array(own.count * size);
  for (let i = 0; i < own.count; i++) {
    const from = Math.floor(i / count) * size;
    values.set(shares[i % count]!.subarray(from, from + size), i * size);
  }
  return { ...own, values };
}

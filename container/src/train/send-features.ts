import { request } from "node:http";
import { setTimeout } from "node:timers/promises";
import { JobInputError } from "../shared/errors.js";
import type { FeatureSet } from "./feature-set.js";

/** The way to the first host of a job. */
export interface LeaderLink {
  /** Its name, which resolves in the job's network. */
  readonly name: string;
  readonly port: number;
  /** This host's number, from 1. */
  readonly host: number;
  /** What every host of this job has in common, and nobody else. */
  readonly token: string;
  readonly signal: AbortSignal;
}

/** How long the first host may be out of reach: its image may be pulled later than this one's. */
const OUT_OF_REACH_MS = 15 * 60_000;
/** Between two tries. */
const RETRY_MS = 500;
/** What becomes of a reason for failing is not waited for longer. */
const FAILURE_MS = 5000;

/**
 * Brings a channel's features to the first host, which takes them when it has its own.
 *
 * @throws JobInputError when it refuses them; `signal.reason` when aborted
 */
export async function sendFeatures(link: LeaderLink, channel: string, own: FeatureSet): Promise<void> {
  const { values, sha256 } = own;
  const body = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const until = Date.now() + OUT_OF_REACH_MS;
  for (;;) {
    try {
      await put(link, `features/${channel}`, body, { sha256 });
      return;
    } catch (error) {
      link.signal.throwIfAborted();
      if (error instanceof JobInputError || Date.now() > until) throw error;
      await setTimeout(RETRY_MS, undefined, { signal: link.signal }).catch(() =>
        link.signal.throwIfAborted(),
      );
    }
  }
}

/** Tells the first host why this one ends. Where it cannot be told, it learns it from SageMaker, which ends the job. */
export async function sendFailure(link: LeaderLink, reason: string): Promise<void> {
  const signal = AbortSignal.timeout(FAILURE_MS);
  await put({ ...link, signal }, "failure", Buffer.from(reason.slice(0, 1024)), {}).catch(() => {});
}

function put(
  { name, port, host, token, signal }: LeaderLink,
  path: string,
  body: Buffer,
  more: Readonly<Record<string, string>>,
): Promise<void> {
  const query = new URLSearchParams({ host: String(host), token, ...more });
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: name, port, method: "PUT", path: `/${path}?${query}`, agent: false, signal },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (piece: string) => {
          text += piece;
        });
        response.on("error", reject).on("end", () => {
          if (response.statusCode === 204) resolve();
          else reject(new JobInputError(`${name} does not take what this instance found: ${text}`));
        });
      },
    );
    sent.on("error", reject);
    sent.setHeader("content-length", body.byteLength);
    sent.end(body);
  });
}

import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Session } from "@sightline/sdk";
import { classifyFlow } from "./classify-flow.js";
import { clean } from "./clean.js";
import type { FlowParts } from "./flow-parts.js";
import { beginLedger } from "./ledger.js";
import type { Observations } from "./report.js";
import { videoFlow } from "./video-flow.js";

/** What both runs have in common. */
export type RunOptions = Pick<FlowParts, "session" | "instances" | "image" | "say" | "signal" | "wait"> & {
  /** File of the ledger. */
  readonly ledgerPath: string;
  /** Longest run, in milliseconds; behind it everything is deleted as at any other end. */
  readonly deadlineMs: number;
};

/** Runs both flows and deletes all that they made, however they end; a kill leaves the ledger for `--clean`. */
export async function runFlows(options: RunOptions): Promise<Observations> {
  const { session, ledgerPath, deadlineMs, say } = options;
  const account = await session.account({ signal: options.signal });
  const ledger = beginLedger(ledgerPath, {
    kind: "head",
    sessionId: session.id,
    region: session.region,
    account,
    bucket: bucketOf(session),
  });
  const folder = join(tmpdir(), `sightline-verify-${session.id}`);
  ledger.add({ kind: "folder", path: folder });
  try {
    await mkdir(folder);
    const signal = AbortSignal.any([options.signal, AbortSignal.timeout(deadlineMs)]);
    const parts: FlowParts = { ...options, signal, ledger, folder, runId: session.id.slice(0, 12) };
    return { ...(await classifyFlow(parts)), ...(await videoFlow(parts)) };
  } finally {
    say("deleting everything");
    // Without a signal: what was made goes also when the run was interrupted.
    await clean(session, ledger, say);
  }
}

function bucketOf({ bucket }: Session): string {
  if (bucket === undefined) throw new TypeError("The session has no bucket.");
  return bucket;
}

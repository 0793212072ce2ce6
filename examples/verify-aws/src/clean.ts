import { rm } from "node:fs/promises";
import { namedError } from "@sightline/foundation/named-error";
import {
  deleteEndpoint,
  deleteFiles,
  deleteResources,
  deleteTrainingJob,
  listFiles,
  listResources,
  type Session,
} from "@sightline/sdk";
import type { Ledger } from "./ledger.js";

/** Something is left after cleaning up. */
export class LeftOverError extends namedError("LeftOverError", Error) {}

/**
 * Deletes what a ledger says, the last first, then whatever carries the session's tag, and looks whether anything is
 * left. What was never made, or is gone, is no failure: it can be run again and again. The ledger goes at the end only.
 *
 * @throws LeftOverError when something of the run is still there; the ledger stays then
 */
export async function clean(session: Session, ledger: Ledger, say: (message: string) => void): Promise<void> {
  for (const entry of [...ledger.entries].reverse()) {
    if (entry.kind === "endpoint") {
      const { deleted } = await deleteEndpoint(session, entry.name);
      say(`endpoint ${entry.name}: ${deleted.map(({ resource }) => resource).join(", ") || "was not there"}`);
    } else if (entry.kind === "training-job") {
      const was = await deleteTrainingJob(session, entry.name);
      say(`training job ${entry.name}: ${was ? "deleted" : "was not there"}`);
    } else if (entry.kind === "folder") {
      await rm(entry.path, { recursive: true, force: true });
    } else say(`${entry.uri}: ${JSON.stringify(await deleteFiles(session, entry.uri))}`);
  }
  // A model whose endpoint was never made has only its tag.
  const { deleted } = await deleteResources(session);
  for (const { resource, name } of deleted) say(`${resource} ${name}: deleted`);
  const left = (await listResources(session)).map(({ resource, name }) => `${resource} ${name}`);
  for (const entry of ledger.entries) {
    if (entry.kind !== "objects") continue;
    for await (const { uri } of listFiles(session, entry.uri)) left.push(uri);
  }
  if (left.length > 0)
    throw new LeftOverError(`Still there: ${left.join(", ")}. Run verify-aws --clean again.`);
  ledger.close();
  say("Nothing is left.");
}

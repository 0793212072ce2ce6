import type { LocalSageMaker } from "@sightline/local";
import { createSession, deleteResources } from "@sightline/sdk";

/**
 * Deletes endpoints, configurations, models and the records of jobs through the SDK; the bucket's objects stay.
 *
 * @returns how many things were deleted
 */
export async function cleanUp(local: LocalSageMaker, signal: AbortSignal): Promise<number> {
  const { accessKeyId, secretAccessKey } = local.credentials;
  const session = await createSession({
    region: local.region,
    endpointUrl: local.url,
    credentials: { accessKeyId, secretAccessKey },
  });
  try {
    // The state folder is the quickstart's own, so all that is in it goes, of broken-off runs too.
    const { deleted } = await deleteResources(session, { tags: {}, signal });
    return deleted.length;
  } finally {
    session.close();
  }
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalSageMaker, type LocalSageMakerOptions, startLocalSageMaker } from "@sightline/local";
import { afterAll, beforeAll } from "vitest";
import * as sdk from "../../src/index.js";

/** A folder for the tests of the file that imports it. */
export let folder: string;
/** A session on a local SageMaker of the file's own. */
export let session: sdk.Session;
let local: LocalSageMaker;

/** Starts the local SageMaker, with `bucket` as the session's, before the file's tests, and ends it after them. */
export function withLocal(bucket: string, images?: LocalSageMakerOptions["images"]): void {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sl-sdk-"));
    local = await startLocalSageMaker({ stateDir: join(folder, "state"), ...(images ? { images } : {}) });
    session = await sdk.createSession({
      region: local.region,
      endpointUrl: local.url,
      credentials: local.credentials,
      bucket,
    });
  });
  afterAll(async () => {
    session.close();
    await local.close();
    await rm(folder, { recursive: true, force: true });
  });
}

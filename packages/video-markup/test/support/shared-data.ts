import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Real videos and models beside the checkout; undefined where they are not. */
export const sharedData = ((): string | undefined => {
  const path =
    process.env.SIGHTLINE_DATA ?? fileURLToPath(new URL("../../../../../shared/data", import.meta.url));
  return existsSync(join(path, "videos", "PROBE.csv")) ? path : undefined;
})();

/** Why tests on real data are skipped. */
export const noSharedData = "needs ../shared/data beside the repository, or SIGHTLINE_DATA";

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { trainingChannels } from "@sightline/contract/channels";
import { environment } from "@sightline/contract/environment";
import { expect, it } from "vitest";
import { mlPaths } from "../shared/ml-root.js";
import { findChannels } from "./channels.js";

it("tells the instance's name as resourceconfig.json has it, and algo-1 where there is none", async () => {
  const root = await mkdtemp(join(tmpdir(), "sightline-test-"));
  try {
    const paths = mlPaths({ [environment.mlRoot]: root });
    const write = async (path: string, text: string): Promise<void> => {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    };
    for (const channel of ["train", "validation"])
      await write(join(paths.channels, channel, "a.rec"), "record");
    const host = async () => {
      const { cluster } = await findChannels(paths, trainingChannels, new AbortController().signal);
      return cluster.hosts[cluster.index];
    };
    expect(await host()).toBe("algo-1");
    await write(paths.resourceConfig, '{"current_host": "algo-7", "hosts": ["algo-7"]}');
    expect(await host()).toBe("algo-7");
    await write(paths.resourceConfig, '{"current_host": "algo-9", "hosts": ["algo-7"]}');
    await expect(host()).rejects.toThrow('"current_host" and "hosts" with that name');
    // What cannot be read is told of, and not passed over.
    await write(paths.resourceConfig, "{");
    await expect(host()).rejects.toThrow("resourceconfig.json");
  } finally {
    await rm(root, { recursive: true });
  }
});

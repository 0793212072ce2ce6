import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ImageInput } from "@sightline/contract/image-input";
import { MAX_PIXELS } from "../image/picture-header.js";
import { defaultHosts } from "../inference/default-hosts.js";
import { type HostPool, startHostPool } from "../inference/host-pool.js";
import { MemoryBudget } from "../inference/memory-budget.js";
import { JobInputError, ModelError } from "../shared/errors.js";
import type { LogLine } from "./training-log.js";

/** A frozen network. */
export interface FeatureModel {
  /** The ONNX file. */
  readonly bytes: Uint8Array;
  /** For messages. */
  readonly name: string;
  readonly input: ImageInput;
  /** The output whose values are the features. */
  readonly output: string;
}

/**
 * Runs `work` with hosts of a backbone, which end with it.
 *
 * @throws JobInputError when the backbone does not run
 */
export async function withFeatureHosts<T>(
  { bytes, name, input, output }: FeatureModel,
  { log, signal }: { readonly log: LogLine; readonly signal: AbortSignal },
  work: (pool: HostPool, memory: MemoryBudget) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "sightline-train-"));
  let pool: HostPool | undefined;
  try {
    const modelPath = join(folder, "backbone.onnx");
    await writeFile(modelPath, bytes);
    const memory = new MemoryBudget();
    const hosts = Number(process.env.SIGHTLINE_WORKERS) || defaultHosts(bytes.byteLength, memory);
    // One picture a run: the result then does not depend on which pictures happened to be waiting together.
    const setup = { modelPath, input, output, stack: false, maxPixels: MAX_PIXELS };
    try {
      pool = await startHostPool({ setup, hosts, memory, onCrash: log }, signal);
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      throw new JobInputError(`Channel "backbone": ${name} is not usable. ${error.message}`, {
        cause: error,
      });
    }
    return await work(pool, memory);
  } finally {
    await pool?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

import { containerCpus } from "../shared/container-limits.js";
import type { MemoryBudget } from "./memory-budget.js";

/** Bytes of a host without a model: Node.js, the decoders and ONNX Runtime. */
const HOST_BYTES = 128 * 2 ** 20;
/** What a loaded model takes for each byte of its file: its weights, a prepared copy of them, and what a run needs. */
const MODEL_COPIES = 3;
/** Part of the memory that hosts may take by themselves; the rest is for pictures. */
const FOR_HOSTS = 0.6;

/** Bytes that one host with a model of that size takes, about. */
export function hostBytes(modelBytes: number): number {
  return HOST_BYTES + MODEL_COPIES * modelBytes;
}

/** Hosts for a model: one for each core that the container may use, fewer where its memory does not hold so many. */
export function defaultHosts(modelBytes: number, memory: MemoryBudget): number {
  const fit = Math.floor((memory.totalBytes * FOR_HOSTS) / hostBytes(modelBytes));
  return Math.max(1, Math.min(containerCpus(), fit));
}

import { readdirSync } from "node:fs";
import type { HostTask, RenderTask } from "./host-protocol.js";

/** How much there is of a task, in frames: what the pool shares out fairly. */
export function framesOf(task: HostTask): number {
  // A live stream does not wait for what can.
  if (task.kind === "live") return 0;
  return task.kind === "pictures" ? task.pictures.length : task.segment.frames;
}

/** Whether a task takes a GPU slot. */
export function needsGpu(task: HostTask): boolean {
  return task.kind !== "render" && task.model.providers[0] !== "cpu";
}

/** How many tasks of its kind a host does at once. */
export function tasksAtOnce(task: HostTask): number {
  return task.kind === "render" ? 1 : task.model.batch;
}

/** Tasks of one key can be done by the same host, which has their model loaded. */
export function keyOf(task: Exclude<HostTask, RenderTask>, gpuSlot: number | undefined): string {
  const { path, identity, providers, threads, batch } = task.model;
  return JSON.stringify([path, identity, providers, threads, batch, gpuSlot]);
}

/** NVIDIA's driver lists its GPUs there; one is assumed where it does not (other makers, WebGPU). */
export function countGpus(): number {
  try {
    return Math.max(1, readdirSync("/proc/driver/nvidia/gpus").length);
  } catch {
    return 1;
  }
}

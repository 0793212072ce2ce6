import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "../files/whole-file.js";
import type { TaskResult } from "../inference/host-protocol.js";
import type { Segment } from "../media/plan-segments.js";

/** A segment's detections on the disk. */
export interface SegmentRecords extends TaskResult {
  readonly recordsPath: string;
}

/** A segment that is detected and rendered. */
export interface FinishedSegment extends SegmentRecords {
  readonly videoPath: string;
}

/** Path of a segment's file in a stage's folder. */
export function segmentFile(folder: string, segment: Segment, extension: "jsonl" | "json" | "mp4"): string {
  return join(folder, `${String(segment.index).padStart(6, "0")}.${extension}`);
}

/** Marks a segment's records as complete. */
export async function writeSummary(path: string, result: TaskResult): Promise<void> {
  await writeWhole([JSON.stringify(result)], path);
}

/** The summary of a segment that an earlier run has completed. */
export async function readSummary(path: string): Promise<TaskResult | undefined> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    return undefined;
  });
  return text === undefined ? undefined : (JSON.parse(text) as TaskResult);
}

/** Whether a path exists. */
export async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

/** What tells one state of a file from another without reading it. */
export async function fileIdentity(path: string): Promise<unknown> {
  return [path, await fileState(path)];
}

/** As {@link fileIdentity}, wherever the file lies: a copy that has its time as well is the same. */
export async function fileState(path: string): Promise<unknown> {
  const found = await stat(path).catch(() => undefined);
  return found && [found.size, found.mtimeMs];
}

/** Digest of a file's content: the same on every machine. */
export async function fileDigest(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}

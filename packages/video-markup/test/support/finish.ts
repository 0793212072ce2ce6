import { readFile } from "node:fs/promises";
import type { FrameDetections } from "@sightline/video-markup";

/** Runs a job to its end and gives its result and events. */
export async function finish<Event, Result>(
  job: AsyncGenerator<Event, Result>,
): Promise<{ result: Result; events: Event[] }> {
  const events: Event[] = [];
  for (;;) {
    const next = await job.next();
    if (next.done === true) return { result: next.value, events };
    events.push(next.value);
  }
}

/** All records of a JSON lines file. */
export async function records(path: string): Promise<FrameDetections[]> {
  const text = await readFile(path, "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as FrameDetections);
}

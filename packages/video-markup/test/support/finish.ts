import { readFile } from "node:fs/promises";
import type { FrameDetections } from "@sightline/video-markup";

/** Runs a job to its end and gives its result and events. */
export async function finish<Event, Result>(
  job: AsyncIterable<Event> & PromiseLike<Result>,
): Promise<{ result: Result; events: Event[] }> {
  const events: Event[] = [];
  for await (const event of job) events.push(event);
  return { result: await job, events };
}

/** All records of a JSON lines file. */
export async function records(path: string): Promise<FrameDetections[]> {
  const text = await readFile(path, "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as FrameDetections);
}

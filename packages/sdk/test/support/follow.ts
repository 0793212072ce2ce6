import type { LongWork } from "@sightline/foundation/long-work";

/** Iterates long work to its end: its events, and its result. */
export async function follow<Event, Result>(
  work: LongWork<Event, Result>,
  onEvent: (event: Event) => unknown = () => undefined,
): Promise<{ readonly events: Event[]; readonly result: Result }> {
  const events: Event[] = [];
  for await (const event of work) {
    events.push(event);
    await onEvent(event);
  }
  return { events, result: await work };
}

import type { LongWork, Tell } from "@sightline/foundation/long-work";

/** Awaits work that is a part of other work, and tells its events as the other's. */
export async function passOn<Event extends { readonly kind: string }, Result>(
  work: LongWork<Event, Result>,
  tell: Tell<Event>,
): Promise<Result> {
  for await (const event of work) await tell(event);
  return await work;
}

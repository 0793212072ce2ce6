import { checkTags } from "./names.js";

/** Tag with the fingerprint of the request that made a thing, by which a second request recognises it. */
export const REQUEST_TAG = "sightline:request";
/** Tag with the name of the endpoint that a model or configuration was made for. */
export const ENDPOINT_TAG = "sightline:endpoint";

/** The session's tags, the call's and our own, as the API takes them. */
export function toTagList(
  session: { readonly tags: Readonly<Record<string, string>> },
  tags: Readonly<Record<string, string>> | undefined,
  own: Readonly<Record<string, string>> = {},
): { Key: string; Value: string }[] {
  if (tags !== undefined) checkTags("tags", tags);
  return Object.entries({ ...session.tags, ...tags, ...own }).map(([Key, Value]) => ({ Key, Value }));
}

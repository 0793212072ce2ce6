import { allSources } from "./aws/client-sources.js";
import { makeSession } from "./make-session.js";
import type { Session, SessionOptions } from "./session.js";

/**
 * Makes a session. No request is sent, and no AWS client loaded, unless the region has to be looked up in
 * a profile.
 *
 * @throws InvalidInputError when an option breaks a rule, or no region is to be found.
 * @example
 * const session = await createSession({ bucket: "drivers" });
 */
export function createSession(options: SessionOptions = {}): Promise<Session> {
  return makeSession(allSources, options);
}

import { environment } from "@sightline/contract/environment";
import { ModelError } from "./errors.js";

/** A number that every user has on every system. Protects from a name that this container does not know. */
const MAX_USER = 65_535;

/**
 * The user that SIGHTLINE_DECODER_USER names for what takes callers' files apart; undefined where none is named, and where
 * this process is not root, which alone can become another user.
 *
 * @throws ModelError when the variable is no user's number
 */
export function decoderUser(env: NodeJS.ProcessEnv = process.env): number | undefined {
  const given = env[environment.decoderUser];
  if (!given || process.getuid?.() !== 0) return undefined;
  const user = Number(given);
  if (Number.isInteger(user) && user >= 1 && user <= MAX_USER) return user;
  throw new ModelError(
    `${environment.decoderUser} takes the number of a user from 1 to ${MAX_USER}, not "${given}".`,
  );
}

/**
 * Turns this process into an ordinary user's, for good, where it is root and SIGHTLINE_DECODER_USER says whose: called
 * when all that only root may read has been read, before the first byte of a caller's picture. SageMaker starts
 * containers as root.
 *
 * @throws ModelError when the variable is no user's number
 */
export function dropPrivileges(env: NodeJS.ProcessEnv = process.env): void {
  const user = decoderUser(env);
  if (user === undefined) return;
  try {
    process.setgroups!([]);
    process.setgid!(user);
    process.setuid!(user);
  } catch (error) {
    // `docker run --cap-drop=ALL`: this root may not become anybody else, nor do what root may.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error;
  }
}

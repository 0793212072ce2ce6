import type { ModelPlan } from "./host-protocol.js";
import { type ModelSession, openSession } from "./session.js";

let loaded: { readonly key: string; readonly session: Promise<ModelSession> } | undefined;

/**
 * The session of a model: the one at hand when it is the same, else that is freed and a new one opened. Tasks
 * that are at work in a host at once have the same model.
 */
export async function sessionFor(model: ModelPlan): Promise<ModelSession> {
  const { path, identity, providers, threads, deviceId, batch } = model;
  const key = JSON.stringify([path, identity, providers, threads, deviceId, batch]);
  if (loaded?.key === key) return await loaded.session;
  const previous = loaded?.session;
  const opening = { key, session: freed(previous).then(() => openSession(model.path, model)) };
  loaded = opening;
  opening.session.catch(() => {
    if (loaded === opening) loaded = undefined;
  });
  return await opening.session;
}

/** Frees the loaded model. */
export async function releaseModel(): Promise<void> {
  const previous = loaded?.session;
  loaded = undefined;
  await freed(previous);
}

async function freed(previous: Promise<ModelSession> | undefined): Promise<void> {
  await previous?.then(
    (session) => session.release(),
    // One that could not be opened has failed its own task, and there is nothing to free.
    () => {},
  );
}

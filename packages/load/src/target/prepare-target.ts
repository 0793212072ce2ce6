import { EndpointSigner, SIGN_EVERY_MS } from "./signed-requests.js";
import type { LoadTarget, PreparedRequest, PreparedTarget } from "./target.js";
import { urlRequests } from "./url-requests.js";

/** A target's requests, kept valid while the test lasts. */
export interface LiveTarget extends PreparedTarget {
  /** Calls back with requests that were signed anew; a signature that fails is a note, as the next may not. */
  onRenewed(renewed: (requests: readonly PreparedRequest[]) => void, notes: string[]): void;
  close(): void;
}

/** Makes a target's requests. */
export async function prepareTarget(target: LoadTarget): Promise<LiveTarget> {
  if (!("endpointName" in target)) {
    return { ...urlRequests(target), onRenewed: () => {}, close: () => {} };
  }
  const signer = await EndpointSigner.open(target);
  let timer: NodeJS.Timeout | undefined;
  const close = () => {
    clearInterval(timer);
    signer.close();
  };
  try {
    const prepared = await signer.sign();
    const onRenewed: LiveTarget["onRenewed"] = (renewed, notes) => {
      timer = setInterval(() => {
        signer.sign().then(
          ({ requests }) => renewed(requests),
          (error: Error) => notes.push(error.message),
        );
      }, SIGN_EVERY_MS);
    };
    return { ...prepared, onRenewed, close };
  } catch (error) {
    close();
    throw error;
  }
}

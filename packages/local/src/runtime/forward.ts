import http from "node:http";
import type { Instance } from "../sagemaker/hosting/instance.js";

/** A request to a container. */
export interface ContainerRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** What a container answered, or that it did not. */
export type ContainerAnswer =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers: http.IncomingHttpHeaders;
      readonly body: Buffer;
    }
  | { readonly kind: "timeout" }
  | { readonly kind: "too-large" }
  | { readonly kind: "broken"; readonly reason: string };

/** Sends a request to an instance and reads the whole answer, up to `maxBytes`. Never rejects. */
export async function forward(
  instance: Instance,
  request: ContainerRequest,
  maxBytes: number,
): Promise<ContainerAnswer> {
  instance.inFlight++;
  try {
    const first = await attempt(instance, request, maxBytes);
    // The container may close an idle connection just when it is used again: nothing was processed.
    return first === "stale" ? asAnswer(await attempt(instance, request, maxBytes)) : first;
  } finally {
    instance.inFlight--;
  }
}

function asAnswer(result: ContainerAnswer | "stale"): ContainerAnswer {
  return result === "stale" ? { kind: "broken", reason: "connection reset" } : result;
}

function attempt(
  instance: Instance,
  request: ContainerRequest,
  maxBytes: number,
): Promise<ContainerAnswer | "stale"> {
  return new Promise((resolve) => {
    const outgoing = http.request({
      host: "127.0.0.1",
      port: instance.port,
      method: "POST",
      path: request.path,
      agent: instance.agent,
      headers: { ...request.headers, "content-length": request.body.length },
    });
    let answered = false;
    const settle = (result: ContainerAnswer | "stale"): void => {
      clearTimeout(timer);
      request.signal?.removeEventListener("abort", onAbort);
      resolve(result);
    };
    const timer = setTimeout(() => {
      settle({ kind: "timeout" });
      outgoing.destroy();
    }, request.timeoutMs);
    const onAbort = (): void => {
      settle({ kind: "broken", reason: "the server is closing" });
      outgoing.destroy();
    };
    request.signal?.addEventListener("abort", onAbort, { once: true });
    outgoing.once("response", (response) => {
      answered = true;
      const pieces: Buffer[] = [];
      let size = 0;
      response.on("data", (piece: Buffer) => {
        size += piece.length;
        pieces.push(piece);
        if (size <= maxBytes) return;
        settle({ kind: "too-large" });
        outgoing.destroy();
      });
      response.once("end", () =>
        settle({
          kind: "answer",
          status: response.statusCode!,
          headers: response.headers,
          body: Buffer.concat(pieces),
        }),
      );
      response.once("error", (error) => settle({ kind: "broken", reason: error.message }));
    });
    outgoing.once("error", (error: NodeJS.ErrnoException) => {
      const stale =
        outgoing.reusedSocket && !answered && (error.code === "ECONNRESET" || error.code === "EPIPE");
      settle(stale ? "stale" : { kind: "broken", reason: error.message });
    });
    outgoing.end(request.body);
  });
}

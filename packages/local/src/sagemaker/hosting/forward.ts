import { createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import http from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { BodyTooLargeError, gatherBody } from "../../wire/gather-body.js";
import type { Instance } from "./instance.js";

/** A body that is not held in memory. */
export interface StreamedBody {
  /** Bytes. */
  readonly size: number;
  /** Opens it; may be called again for a second attempt. */
  open(): Readable;
}

/** A request to a container. */
export interface ContainerRequest {
  /** Default `POST`. */
  readonly method?: "POST" | "DELETE";
  /** Default `/invocations`. */
  readonly path?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | StreamedBody;
  /** Until the whole answer is there. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Takes a connection for itself, so that no attempt is made twice. Default false: one of the instance's. */
  readonly ownConnection?: boolean;
}

/** Where an answer's body goes. */
export type AnswerTarget =
  | { readonly kind: "memory"; readonly maxBytes: number }
  | { readonly kind: "file"; readonly path: string }
  /** Taken over by the caller when the container answered with 2xx; what it returns settles the request. */
  | {
      readonly kind: "stream";
      readonly accept: (response: http.IncomingMessage) => Promise<void>;
      readonly maxBytes: number;
    };

/** What a container answered, or that it did not. */
export type ContainerAnswer =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers: http.IncomingHttpHeaders;
      /** Empty where the body went elsewhere; the first bytes of an error all the same. */
      readonly body: Buffer;
    }
  | { readonly kind: "timeout" }
  | { readonly kind: "too-large" }
  /** `isRefused`: nobody listened, so that nothing can have been worked on. */
  | { readonly kind: "broken"; readonly reason: string; readonly isRefused?: boolean };

/** Bytes of an error that are read back from a file. */
const ERROR_BYTES = 4096;

/** Sends a request to an instance and sees to its answer. Never rejects. */
export async function forward(
  instance: Instance,
  request: ContainerRequest,
  target: AnswerTarget,
): Promise<ContainerAnswer> {
  instance.inFlight++;
  try {
    const first = await attempt(instance, request, target);
    // The container may close an idle connection just when it is used again: nothing was processed.
    const result = first === "stale" ? await attempt(instance, request, target) : first;
    return result === "stale" ? { kind: "broken", reason: "connection reset" } : result;
  } finally {
    instance.inFlight--;
  }
}

async function attempt(
  instance: Instance,
  request: ContainerRequest,
  target: AnswerTarget,
): Promise<ContainerAnswer | "stale"> {
  const { body, signal } = request;
  const outgoing = http.request({
    host: "127.0.0.1",
    port: instance.port,
    method: request.method ?? "POST",
    path: request.path ?? "/invocations",
    agent: request.ownConnection === true ? false : instance.agent,
    headers: { ...request.headers, "content-length": body instanceof Uint8Array ? body.length : body.size },
  });
  let ended: ContainerAnswer | undefined;
  const cut = (answer: ContainerAnswer): void => {
    ended ??= answer;
    outgoing.destroy();
  };
  const timer = setTimeout(() => cut({ kind: "timeout" }), Math.max(1, request.timeoutMs));
  const onAbort = (): void => cut({ kind: "broken", reason: "the server is closing" });
  signal.addEventListener("abort", onAbort, { once: true });
  let answered = false;
  try {
    if (signal.aborted) onAbort();
    const response = await send(outgoing, body);
    answered = true;
    return {
      kind: "answer",
      status: response.statusCode!,
      headers: response.headers,
      body: await read(response, target),
    };
  } catch (error) {
    outgoing.destroy();
    if (ended !== undefined) return ended;
    if (error instanceof BodyTooLargeError) return { kind: "too-large" };
    const { code, message } = error as NodeJS.ErrnoException;
    const stale = outgoing.reusedSocket && !answered && (code === "ECONNRESET" || code === "EPIPE");
    return stale ? "stale" : { kind: "broken", reason: message, isRefused: code === "ECONNREFUSED" };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

function send(outgoing: http.ClientRequest, body: Uint8Array | StreamedBody): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.on("error", reject);
    outgoing.once("response", resolve);
    if (body instanceof Uint8Array) outgoing.end(body);
    // A container may answer, an error say, before it has read everything: then the answer counts.
    else pipeline(body.open(), outgoing).catch(reject);
  });
}

async function read(response: http.IncomingMessage, target: AnswerTarget): Promise<Buffer> {
  if (target.kind === "file") {
    await pipeline(response, createWriteStream(target.path));
    return response.statusCode! >= 400 ? readStart(target.path) : Buffer.alloc(0);
  }
  if (target.kind === "stream" && response.statusCode! < 300) {
    await target.accept(response);
    return Buffer.alloc(0);
  }
  return gatherBody(response, target.maxBytes);
}

async function readStart(path: string): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(ERROR_BYTES), 0, ERROR_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

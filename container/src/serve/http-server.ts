import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setImmediate, setTimeout } from "node:timers/promises";
import { ModelError, messageOf } from "../shared/errors.js";
import { OpenRequests } from "./open-requests.js";
import { discardBody } from "./read-body.js";
import { RequestError } from "./request-error.js";
import { type Service, sendJson } from "./service.js";

/** The HTTP side of the hosting contract: GET /ping, GET /execution-parameters, POST /invocations. */
export interface HttpServer {
  /** The port that is bound. */
  readonly port: number;
  /** Begins to answer; until then /ping says 503. */
  serve(service: Service): void;
  /**
   * Answers what is on its way, takes nothing new, and waits for requests in work, at most `maxMs`; then ends them.
   * Resolves to how many were cut short.
   */
  drain(maxMs: number): Promise<number>;
}

/**
 * Starts listening.
 *
 * @param address interface to bind; undefined is all of them, as SageMaker's router comes from outside the container
 * @throws ModelError when the port is taken or not allowed
 */
export async function startHttpServer(
  port: number,
  address: string | undefined,
  log: (message: string) => void,
): Promise<HttpServer> {
  const state = new ServerState(log);
  const server = createServer((request, response) => void state.handle(request, response));
  // SageMaker's router keeps connections open; closing them first would race with its next request.
  server.keepAliveTimeout = 75_000;
  server.headersTimeout = 80_000;
  // A video body may take long to arrive; pictures have their own time limit.
  server.requestTimeout = 3_600_000;
  await new Promise<void>((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException): void => {
      const why = cause.code === "EADDRINUSE" ? "it is in use" : messageOf(cause);
      reject(
        new ModelError(`Cannot listen on port ${port}: ${why}. Set SAGEMAKER_BIND_TO_PORT to another one.`, {
          cause,
        }),
      );
    };
    server.once("error", fail);
    server.listen({ port, ...(address === undefined ? {} : { host: address }) }, () => {
      server.off("error", fail);
      resolve();
    });
  });
  state.server = server;
  const bound = server.address();
  return {
    port: typeof bound === "object" && bound ? bound.port : port,
    serve: (service) => {
      state.service = service;
    },
    drain: (maxMs) => state.drain(maxMs),
  };
}

/**
 * For so long after SIGTERM connections are still taken: requests that were sent before the router knew wait in the
 * kernel's queue, and closing the port at once would reset them.
 */
const GRACE_MS = 250;

class ServerState {
  server: Server | undefined;
  service: Service | undefined;
  readonly #log: (message: string) => void;
  readonly #open = new OpenRequests();
  #closed = false;

  constructor(log: (message: string) => void) {
    this.#log = log;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const signal = this.#open.enter(request, response);
    try {
      await this.#route(request, response, signal);
    } catch (error) {
      this.#answerError(request, response, error, signal);
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const path = (request.url ?? "/").split("?")[0];
    const { service } = this;
    if (path === "/ping") {
      requireMethod(request, "GET");
      const problem = this.#open.closing ? "stopping" : service ? service.unhealthy() : "loading the model";
      if (problem) sendJson(response, 503, { status: problem });
      else sendJson(response, 200, { status: "ok" });
      return;
    }
    if (path !== "/invocations" && path !== "/execution-parameters") {
      throw new RequestError(
        404,
        "NotFound",
        `There is no ${path}; there are /ping, /invocations and /execution-parameters.`,
      );
    }
    if (!service)
      throw new RequestError(503, "Loading", "The model is still loading; wait until /ping answers 200.");
    if (this.#closed)
      throw new RequestError(503, "Stopping", "This instance is stopping; send the request to another one.");
    if (path === "/execution-parameters") {
      requireMethod(request, "GET");
      sendJson(response, 200, {
        MaxConcurrentTransforms: service.concurrency,
        BatchStrategy: "SINGLE_RECORD",
        // Batch transform takes at most 100 MB a request.
        MaxPayloadInMB: Math.min(100, Math.floor(service.maxPayloadBytes / 2 ** 20)),
      });
      return;
    }
    requireMethod(request, "POST");
    await service.invoke(request, response, signal);
  }

  #answerError(
    request: IncomingMessage,
    response: ServerResponse,
    error: unknown,
    signal: AbortSignal,
  ): void {
    // What was cut short by `drain` still has a caller, who is to try elsewhere.
    const stopped = signal.reason instanceof RequestError ? signal.reason : undefined;
    // Nobody is there to read an answer, and an answer that has begun cannot become another one.
    if ((signal.aborted && !stopped) || response.headersSent) {
      if (!signal.aborted) this.#log(`${request.method} ${request.url}: ${messageOf(error)}`);
      response.destroy();
      return;
    }
    const known = stopped ?? (error instanceof RequestError ? error : undefined);
    if (!known)
      this.#log(`${request.method} ${request.url}: ${error instanceof Error ? error.stack : String(error)}`);
    const status = known?.status ?? 500;
    const retry: Record<string, string> = status === 503 ? { "retry-after": "1" } : {};
    sendJson(
      response,
      status,
      {
        error: {
          code: known?.code ?? "InternalError",
          message: known?.message ?? "An internal error; see the log.",
        },
      },
      retry,
    );
    discardBody(request);
  }

  async drain(maxMs: number): Promise<number> {
    const { server } = this;
    this.#open.closeConnections();
    await setTimeout(Math.min(GRACE_MS, maxMs));
    this.#closed = true;
    // Behind a poll for events: whatever the kernel had received by then has been read, and its connection is not idle.
    await setImmediate();
    const closed = new Promise<void>((resolve) => server?.close(() => resolve()));
    await this.#open.empty(maxMs);
    const cut = this.#open.cut();
    // Answers that were just written still have to leave.
    await Promise.race([closed, setTimeout(500, undefined, { ref: false })]);
    server?.closeAllConnections();
    return cut;
  }
}

function requireMethod(request: IncomingMessage, method: string): void {
  if (request.method === method || (method === "GET" && request.method === "HEAD")) return;
  throw new RequestError(405, "MethodNotAllowed", `${request.url} takes ${method}, not ${request.method}.`);
}

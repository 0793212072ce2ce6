import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setImmediate, setTimeout } from "node:timers/promises";
import type { ErrorBody } from "@sightline/contract/error-body";
import { discardBody } from "@sightline/foundation/discard-body";
import { ModelError, messageOf } from "../shared/errors.js";
import type { Log } from "./log.js";
import { type Gauge, Metrics } from "./metrics.js";
import { OpenRequests } from "./open-requests.js";
import { RequestError } from "./request-error.js";
import { type Api, type Route, sendJson, sendText } from "./service.js";
import { Visit } from "./visit.js";

/** The HTTP side of the hosting contract: GET /ping, GET /metrics, and what the model's API answers. */
export interface HttpServer {
  /** The port that is bound. */
  readonly port: number;
  /** Begins to answer; until then /ping says 503. */
  serve(api: Api): void;
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
  log: Log,
): Promise<HttpServer> {
  const server = createServer();
  const state = new ServerState(server, log);
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
  const bound = server.address();
  return {
    port: typeof bound === "object" && bound ? bound.port : port,
    serve: (api) => {
      state.api = api;
    },
    drain: (maxMs) => state.drain(maxMs),
  };
}

/**
 * For so long after SIGTERM connections are still taken: requests that were sent before the router knew wait in the
 * kernel's queue, and closing the port at once would reset them.
 */
const GRACE_MS = 250;
/** So long may what was cut short take to end its processes; its caller is answered behind that. With the rest of draining this stays within SageMaker's 30 s. */
const UNWIND_MS = 3000;

class ServerState {
  api: Api | undefined;
  readonly #server: Server;
  readonly #log: Log;
  readonly #metrics = new Metrics();
  readonly #open = new OpenRequests();
  #closed = false;
  /** Answered also while the model loads and while the instance stops. */
  readonly #own: ReadonlyMap<string, Route> = new Map([
    ["/ping", { name: "ping", methods: { GET: async (_, response) => this.#ping(response) } }],
    ["/metrics", { name: "metrics", methods: { GET: async (_, response) => this.#tell(response) } }],
  ]);

  constructor(server: Server, log: Log) {
    this.#server = server;
    this.#log = log;
    server.on("request", (request, response) => void this.#handle(request, response));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const visit = new Visit(request, response, this.#log, this.#metrics);
    const signal = this.#open.enter(request, response);
    try {
      await this.#answer(visit, signal);
    } catch (error) {
      this.#answerError(visit, error, signal);
    }
  }

  async #answer(visit: Visit, signal: AbortSignal): Promise<void> {
    const { request, response } = visit;
    const path = (request.url ?? "/").split("?")[0]!;
    const route = this.#own.get(path) ?? this.#apiRoute(path);
    visit.route = route.name;
    const method = request.method === "HEAD" ? "GET" : (request.method ?? "");
    const handler = Object.hasOwn(route.methods, method) ? route.methods[method] : undefined;
    if (handler) {
      await handler(request, response, signal);
      return;
    }
    const allowed = Object.keys(route.methods).join(", ");
    response.setHeader("allow", allowed);
    throw new RequestError(405, "MethodNotAllowed", `${path} takes ${allowed}, not ${request.method}.`);
  }

  #apiRoute(path: string): Route {
    if (!this.api)
      throw new RequestError(503, "Loading", "The model is still loading; wait until /ping answers 200.");
    if (this.#closed)
      throw new RequestError(503, "Stopping", "This instance is stopping; send the request to another one.");
    const route = this.api.route(path);
    if (route) return route;
    throw new RequestError(
      404,
      "NotFound",
      `There is no ${path.slice(0, 200)}; there are ${this.api.paths}.`,
    );
  }

  #ping(response: ServerResponse): void {
    const problem = this.#open.closing ? "stopping" : this.api ? this.api.unhealthy() : "loading the model";
    if (problem) sendJson(response, 503, { status: problem });
    else sendJson(response, 200, { status: "Healthy" });
  }

  #tell(response: ServerResponse): void {
    const rss = process.memoryUsage.rss();
    const gauges: Gauge[] = [
      { name: "requests_open", help: "Requests that are not answered yet.", value: this.#open.count },
      { name: "resident_bytes", help: "Resident memory of the process that answers.", value: rss },
      ...(this.api?.gauges() ?? []),
    ];
    sendText(response, 200, "text/plain; version=0.0.4", this.#metrics.page(gauges));
  }

  #answerError(visit: Visit, error: unknown, signal: AbortSignal): void {
    const { request, response } = visit;
    // What was cut short by `drain` still has a caller, who is to try elsewhere.
    const stopped = signal.reason instanceof RequestError ? signal.reason : undefined;
    const known = stopped ?? (error instanceof RequestError ? error : undefined);
    visit.problem = known?.message ?? (error instanceof Error ? error.stack : undefined) ?? String(error);
    // Nobody is there to read an answer, and an answer that has begun cannot become another one.
    if ((signal.aborted && !stopped) || response.headersSent) {
      response.destroy();
      return;
    }
    const status = known?.status ?? 500;
    const { code = "InternalError", message = `An internal error; see the log for ${visit.id}.` } =
      known ?? {};
    const body: ErrorBody = { error: { code, message } };
    sendJson(response, status, body, status === 503 ? { "retry-after": "1" } : {});
    discardBody(request);
  }

  async drain(maxMs: number): Promise<number> {
    this.#open.closeConnections();
    await setTimeout(Math.min(GRACE_MS, maxMs));
    this.#closed = true;
    // Behind a poll for events: whatever the kernel had received by then has been read, and its connection is not idle.
    await setImmediate();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await this.#open.empty(maxMs);
    const cut = this.#open.cut();
    await this.#open.empty(UNWIND_MS);
    // Answers that were just written still have to leave.
    await Promise.race([closed, setTimeout(500, undefined, { ref: false })]);
    this.#server.closeAllConnections();
    return cut;
  }
}

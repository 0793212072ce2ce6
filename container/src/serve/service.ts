import type { IncomingMessage, ServerResponse } from "node:http";
import type { Gauge } from "./metrics.js";

/** What a loaded model does with requests; one for each task of the manifest. */
export interface Service {
  /** Undefined when requests can be answered; otherwise why not, for /ping. */
  unhealthy(): string | undefined;
  /** Answers an invocation. Throws `RequestError` for an error answer; the signal ends when the caller has left. */
  invoke(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void>;
  /** Figures of this moment, for /metrics. */
  gauges(): readonly Gauge[];
  /** Requests that may be sent at once, for batch transform's GET /execution-parameters. */
  readonly concurrency: number;
  /** Largest body in bytes. */
  readonly maxPayloadBytes: number;
  /** Frees what the service holds; requests still in work fail. */
  close(): Promise<void>;
}

/** Answers one request of a path and method. Throws `RequestError` for an error answer. */
export type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
) => Promise<void>;

/** A path that is answered. */
export interface Route {
  /** Its name in metrics and logs, without what callers choose in the path. */
  readonly name: string;
  /** The methods that it takes. */
  readonly methods: Readonly<Record<string, Handler>>;
}

/** What is answered beside /ping and /metrics. */
export interface Api {
  /** The paths, for the message about one that does not exist. */
  readonly paths: string;
  /** Undefined when requests can be answered; otherwise why not, for /ping. */
  unhealthy(): string | undefined;
  /** Figures of this moment, for /metrics. */
  gauges(): readonly Gauge[];
  /** The route of a path without its query, or undefined. */
  route(path: string): Route | undefined;
  /** Frees everything. */
  close(): Promise<void>;
}

/** Writes one answer. */
export function sendText(
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
  headers: Record<string, string> = {},
): void {
  const body = Buffer.from(text);
  response.writeHead(status, { "content-type": type, "content-length": body.byteLength, ...headers });
  response.end(body);
}

/** Writes one JSON answer. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  sendText(response, status, "application/json", `${JSON.stringify(value)}\n`, headers);
}

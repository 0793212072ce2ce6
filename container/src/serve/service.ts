import type { IncomingMessage, ServerResponse } from "node:http";

/** What a loaded model does with requests; one for each task of the manifest. */
export interface Service {
  /** Undefined when requests can be answered; otherwise why not, for /ping. */
  unhealthy(): string | undefined;
  /** Answers POST /invocations. Throws `RequestError` for an error answer; the signal ends when the caller has left. */
  invoke(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void>;
  /** Requests that may be sent at once, for batch transform's GET /execution-parameters. */
  readonly concurrency: number;
  /** Largest body in bytes. */
  readonly maxPayloadBytes: number;
  /** Frees what the service holds; requests still in work fail. */
  close(): Promise<void>;
}

/** Writes one JSON answer. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  const body = Buffer.from(`${JSON.stringify(value)}\n`);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": body.byteLength,
    ...headers,
  });
  response.end(body);
}

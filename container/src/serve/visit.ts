import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Log } from "./log.js";
import type { Metrics } from "./metrics.js";

/** Ids that callers send, the first that is there; SageMaker's own for an invocation goes first. */
const ID_HEADERS = ["x-amzn-sagemaker-inference-id", "x-amzn-requestid", "x-request-id"];
/** What SageMaker passes on unread in both directions: 1,024 printable ASCII characters at most. */
const CUSTOM_ATTRIBUTES = "x-amzn-sagemaker-custom-attributes";

/** One request from its head to the end of its answer: its id, what it took, and the line in the log about it. */
export class Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The caller's id for the request, or one of ours; the answer carries it as `x-request-id`. */
  readonly id: string;
  /** Name of the route, for metrics and the log. */
  route = "unknown";
  /** What went wrong, for the log. */
  problem: string | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, log: Log, metrics: Metrics) {
    this.request = request;
    this.response = response;
    const ids = ID_HEADERS.map((name) => request.headers[name]);
    this.id =
      ids.find((id): id is string => typeof id === "string" && /^[\w.:=/+@-]{1,128}$/.test(id)) ??
      randomUUID();
    response.setHeader("x-request-id", this.id);
    const attributes = request.headers[CUSTOM_ATTRIBUTES];
    if (typeof attributes === "string" && /^[ -~]{1,1024}$/.test(attributes))
      response.setHeader(CUSTOM_ATTRIBUTES, attributes);
    const started = performance.now();
    response.once("close", () => {
      // 0: the caller left before its answer had, or the answer broke off.
      const status = response.writableFinished ? response.statusCode : 0;
      const milliseconds = performance.now() - started;
      metrics.record(this.route, status, milliseconds / 1000);
      // Pings and scrapes come every few seconds and say nothing.
      if (status === 200 && (this.route === "ping" || this.route === "metrics")) return;
      log(`${request.method} ${this.route}`, {
        requestId: this.id,
        status,
        milliseconds: Math.round(milliseconds * 10) / 10,
        problem: this.problem,
      });
    });
  }
}

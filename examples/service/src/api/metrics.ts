import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What the service and the worker count, in Prometheus' form. */
export interface Metrics {
  /** Everything, for `GET /metrics`. */
  readonly registry: Registry;
  /** Requests that were answered, by method, route and status; 499 for those whose sender left. */
  readonly requests: Counter<"method" | "route" | "status">;
  /** Seconds from a request's head to the end of its answer, by route. */
  readonly seconds: Histogram<"route">;
  /** Bytes of bodies that were taken, by route. */
  readonly bodyBytes: Counter<"route">;
  /** Frames that were marked up. */
  readonly frames: Counter;
  /** Messages by how they ended: done, repeated, returned, failed, refused. */
  readonly messages: Counter<"outcome">;
  /** Counts seats of that kind whenever somebody asks. */
  watchSeats(kind: string, taken: () => number): void;
}

/** Starts counting. */
export function makeMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const seats = new Map<string, () => number>();
  new Gauge({
    name: "sightline_work_in_progress",
    help: "Photos and videos at work now",
    labelNames: ["kind"],
    registers,
    collect() {
      for (const [kind, taken] of seats) this.set({ kind }, taken());
    },
  });
  return {
    registry,
    requests: new Counter({
      name: "sightline_http_requests_total",
      help: "Requests answered; status 499 where the sender left",
      labelNames: ["method", "route", "status"],
      registers,
    }),
    seconds: new Histogram({
      name: "sightline_http_request_seconds",
      help: "Seconds from a request's head to the end of its answer",
      labelNames: ["route"],
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120, 600],
      registers,
    }),
    bodyBytes: new Counter({
      name: "sightline_body_bytes_total",
      help: "Bytes of bodies taken",
      labelNames: ["route"],
      registers,
    }),
    frames: new Counter({ name: "sightline_frames_total", help: "Frames marked up", registers }),
    messages: new Counter({
      name: "sightline_messages_total",
      help: "Messages of the queue by how they ended",
      labelNames: ["outcome"],
      registers,
    }),
    watchSeats: (kind, taken) => void seats.set(kind, taken),
  };
}

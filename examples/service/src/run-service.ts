import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPool } from "@sightline/video-markup";
import { type ApiLimits, DEFAULT_LIMITS } from "./api/api-parts.js";
import { buildApi } from "./api/build-api.js";
import type { Classifier } from "./api/classify-route.js";
import type { Detector } from "./api/mark-up-route.js";
import { makeMetrics } from "./api/metrics.js";
import { endpointReadiness } from "./api/readiness.js";
import { ServiceStops } from "./api/refusal.js";
import { markUpMessage } from "./worker/mark-up-message.js";
import { sqsQueue } from "./worker/queue.js";
import { workQueue } from "./worker/work-queue.js";

/** What runs. */
export interface ServiceOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Photos are classified. */
  readonly classifier?: Classifier | undefined;
  /** Videos are marked up; a queue needs it too. */
  readonly detector?: Omit<Detector, "pool"> | undefined;
  /** A queue is worked on. */
  readonly queue?:
    | {
        readonly url: string;
        readonly deadLetterUrl: string;
        /** The one bucket that messages may name. */
        readonly bucket: string;
        readonly session: Classifier["session"];
        /** Seconds that a message stays hidden. Default 120. */
        readonly visibilitySeconds?: number;
      }
    | undefined;
  readonly limits?: Partial<ApiLimits>;
  /** How long what was begun may go on after the signal, in milliseconds. Default 25,000: ECS and Kubernetes kill after 30 s. */
  readonly graceMs?: number;
  readonly log: (message: string) => void;
  /** Stops the service. */
  readonly signal: AbortSignal;
}

/**
 * Runs the service until its signal aborts. Then nothing new is taken, what was begun may end within the time of grace,
 * and is aborted after it; a message is given back. Nothing is left in the temporary folder.
 */
export async function runService(options: ServiceOptions, listening: (url: string) => void): Promise<void> {
  const { classifier, detector, queue, log, signal, graceMs = 25_000 } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const scratch = await mkdtemp(join(tmpdir(), "sightline-service-"));
  const metrics = makeMetrics();
  const stops = new AbortController();
  const pool = detector && createPool();
  const marker = detector && { ...detector, pool: pool! };
  const isEndpointReady = classifier && endpointReadiness(classifier.session, classifier.endpointName);
  const checkReady = async () => {
    if (signal.aborted) throw new Error("The service stops.");
    await isEndpointReady?.();
  };
  try {
    const parts = { limits, metrics, scratch, stops: stops.signal, checkReady, log };
    const api = await buildApi(parts, {
      ...(classifier && { classifier }),
      ...(marker && { detector: marker }),
    });
    await api.listen({ host: options.host, port: options.port });
    const { address, port } = api.server.address() as AddressInfo;
    listening(`http://${address.includes(":") ? `[${address}]` : address}:${port}`);
    const working = queue && marker ? startWorker(queue, marker) : Promise.resolve();
    await new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true });
      if (signal.aborted) resolve();
    });
    const grace = setTimeout(() => stops.abort(new ServiceStops("The service stops.")), graceMs);
    // A connection whose answer ends only now would be kept for its next request.
    const idle = setInterval(() => api.server.closeIdleConnections(), 100);
    await Promise.all([api.close(), working]);
    clearInterval(idle);
    clearTimeout(grace);
  } finally {
    await pool?.close();
    await rm(scratch, { recursive: true, force: true });
  }

  async function startWorker(from: NonNullable<typeof queue>, by: Detector): Promise<void> {
    const { visibilitySeconds = 120, bucket, session } = from;
    const messages = sqsQueue(from.url, from.deadLetterUrl, visibilitySeconds);
    const work = { session, bucket, detector: by, scratch, metrics, maxVideoSeconds: 12 * 3600 };
    await workQueue({
      queue: messages,
      work: (message, until) => markUpMessage(message, until, work),
      visibilitySeconds,
      stopping: signal,
      stops: stops.signal,
      ended: ({ id }, outcome, error) => {
        metrics.messages.inc({ outcome });
        log(`message ${id}: ${outcome}${error instanceof Error ? `: ${error.message}` : ""}`);
      },
    });
    messages.close();
  }
}

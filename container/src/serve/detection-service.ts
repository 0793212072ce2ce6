import type { IncomingMessage } from "node:http";
import type { Service } from "./service.js";

/** A detector: pictures are answered with their boxes, and videos, in the body or by a job, are marked up. */
export function detectionService(pictures: Service, videos: Service): Service {
  return {
    // Videos have slots of their own; batch transform sends pictures.
    concurrency: pictures.concurrency,
    maxPayloadBytes: pictures.maxPayloadBytes,
    unhealthy: () => pictures.unhealthy() ?? videos.unhealthy(),
    gauges: () => [...pictures.gauges(), ...videos.gauges()],
    invoke: (request, response, signal) =>
      (isVideo(request) ? videos : pictures).invoke(request, response, signal),
    async close() {
      await Promise.all([pictures.close(), videos.close()]);
    },
  };
}

/** A job is JSON, and a video says so; a body without a type is a picture, as the built-in algorithm takes it. */
function isVideo(request: IncomingMessage): boolean {
  return /^\s*(application\/json\s*(;|$)|video\/)/i.test(request.headers["content-type"] ?? "");
}

import { predictionsSchema } from "@sightline/contract/predictions-schema";
import { classifyImage, type Session, topClasses } from "@sightline/sdk";
import type { FastifyInstance } from "fastify";
import type { ApiParts } from "./api-parts.js";
import { BINARY, errorAnswers } from "./documents.js";
import { receiveBody } from "./receive-body.js";
import { makeSeats } from "./seats.js";
import { workForSender } from "./sender.js";

/** What classifies. */
export interface Classifier {
  readonly session: Session;
  /** Name of the real-time endpoint. */
  readonly endpointName: string;
  /** Class names in the order of the ids. */
  readonly labels: readonly string[];
}

/** Media types of photos. What the bytes are is the classifier's to judge. */
export const PHOTO_TYPES = ["image/jpeg", "image/png", "image/webp", "application/x-image"] as const;

const schema = {
  operationId: "classify",
  summary: "Names what a photo shows",
  body: { content: Object.fromEntries(PHOTO_TYPES.map((type) => [type, BINARY])) },
  response: {
    200: {
      description: "The most probable classes, the most probable first",
      ...predictionsSchema,
    },
    ...errorAnswers(400, 408, 413, 415, 422, 502, 503, 504),
  },
};

/**
 * `POST /classify`: a photo in, its classes out. InvokeEndpoint takes a photo whole; so it is bounded, and no more than
 * `maxPhotos` are in memory at once.
 */
export function addClassifyRoute(api: FastifyInstance, classifier: Classifier, parts: ApiParts): void {
  const { limits, metrics, stops } = parts;
  const seats = makeSeats(limits.maxPhotos, "photos");
  metrics.watchSeats("photo", () => seats.taken);
  const { session, endpointName, labels } = classifier;
  api.post("/classify", { schema }, (request, reply) =>
    workForSender(reply, stops, (signal) =>
      seats.hold(async () => {
        const pieces: Buffer[] = [];
        const body = receiveBody(request.raw, {
          maxBytes: limits.maxPhotoBytes,
          idleMs: limits.bodyIdleMs,
          signal,
        });
        for await (const piece of body) pieces.push(piece);
        const photo = Buffer.concat(pieces);
        metrics.bodyBytes.inc({ route: "/classify" }, photo.length);
        const probabilities = await classifyImage(session, endpointName, photo, {
          timeoutMs: 60_000,
          signal,
        });
        return { predictions: topClasses(probabilities, labels) };
      }),
    ),
  );
}
